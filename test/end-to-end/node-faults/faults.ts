import { setTimeout as sleep } from 'node:timers/promises'
import { boot, cutCable, freezeNode, healCable, powerKill, thawNode, type LabNode } from '../../../runner/lab/index.js'
import { delayed } from '../../bench/delayed.js'
import { holdApt } from '../hold-apt.js'
import type { RunningProcess, RunOptions } from '../kills/moments.js'
import type { LabSite } from '../site-harness.js'
import { adminClockEnvironment, giveClock, noClocks, stepAdminClock, stepNodeClock } from './clock.js'

/** What happens to a node, or to the admin machine, at a boundary between two tasks of a run. */
export interface Fault {
  name: string
  /**
   * What the run must come to:
   * - `lost`: it fails, with exit code 2 or 4, and names the node.
   * - `failed`: it fails with exit code 2, and names the node and this cause; or it had nothing more to write, and succeeds.
   * - `finished`: it succeeds.
   * - `killed`: ha-run is killed too.
   */
  outcome: 'lost' | 'failed' | 'finished' | 'killed'
  cause?: RegExp
  /** The runs that it happens to, by their names among `scenarios`; five usual ones if left out. */
  runs?: readonly string[]
  /** How many moments of a run are tried; three if left out. */
  most?: number
  /** Before a run: prepares the node. */
  prepare?: (site: LabSite, node: LabNode) => Promise<void>
  /** Has a run take place in other circumstances. */
  around?: (site: LabSite, work: (options: RunOptions) => Promise<void>) => Promise<void>
  act: (site: LabSite, node: LabNode, run: RunningProcess) => Promise<void>
  /** After the run: ends the fault. */
  mend: (site: LabSite, node: LabNode) => Promise<void>
  /** After all that follows: undoes the preparation. */
  leave?: (site: LabSite, node: LabNode) => Promise<void>
}

/** Moves /etc to a file system of its own, as large as what is in it and 1 MiB. */
const separateEtc = async (site: LabSite, { name }: LabNode) => {
  await site.on(
    name,
    'mount -t tmpfs -o size=$(($(du -sk /etc | cut -f 1) + 1024))k none /mnt && cp -a /etc/. /mnt/ && mount --bind /mnt /etc && umount /mnt',
  )
}

/** Moves it back: the former /etc is below, and is found through another mount of the root. */
const joinEtc = async (site: LabSite, { name }: LabNode) => {
  await site.on(name, 'mount --bind / /mnt && cp -a /etc/. /mnt/etc/ && umount /mnt && umount -l /etc')
}

const nothing = async () => {}

/** Of a connection over satellite or from another continent with a phone, added to the lab's own. */
const roundTripMs = 600

const power: Fault = {
  name: 'the node loses its power',
  outcome: 'lost',
  act: async (_, node) => powerKill(node),
  mend: async (_, node) => boot(node),
}
const freeze: Fault = {
  name: 'the node freezes',
  outcome: 'lost',
  act: async (_, node) => freezeNode(node),
  mend: async (_, node) => thawNode(node),
}
const cut: Fault = {
  name: "the node's cable is cut",
  outcome: 'lost',
  act: async (_, node) => cutCable(node),
  mend: async (_, node) => healCable(node),
}

/** The same, and ha-run is killed at that moment: nobody releases the lock. */
const withKill = (fault: Fault): Fault => ({
  ...fault,
  name: `${fault.name}, and ha-run is killed`,
  outcome: 'killed',
  act: async (site, node, run) => {
    run.kill()
    await fault.act(site, node, run)
  },
})

export const faults: readonly Fault[] = [
  power,
  freeze,
  cut,
  withKill(power),
  withKill(cut),
  {
    name: 'the file system of /etc is full',
    outcome: 'failed',
    // Where the run has nothing more to write there, verify says so.
    cause: /No space left on device|is full: /,
    prepare: separateEtc,
    act: async (site, { name }) => {
      await site.on(name, 'cat /dev/zero >/etc/fill 2>/dev/null || :')
    },
    mend: async (site, { name }) => {
      await site.on(name, 'rm -f /etc/fill')
    },
    leave: joinEtc,
  },
  {
    name: "another process has apt's lock for 20 s",
    outcome: 'finished',
    runs: ['bare build'],
    act: async (site, { name }) => {
      // An apt of the run may have it already.
      await site.on(name, holdApt()).catch(nothing)
      await sleep(20_000)
      await site.on(name, 'systemctl stop hold')
    },
    mend: nothing,
  },
  {
    name: `a round trip takes ${roundTripMs} ms`,
    outcome: 'finished',
    most: 1,
    around: async (site, work) => delayed(site.lab, async config => work({ config }), roundTripMs),
    act: nothing,
    mend: nothing,
  },
  ...(noClocks === null
    ? [
        nodeClock("the node's clock is set back by an hour", -3600),
        nodeClock("the node's clock is set forward by an hour", 3600),
        adminClock("the admin machine's clock is set back by an hour", -3600),
        adminClock("the admin machine's clock is set forward by an hour", 3600),
      ]
    : []),
]

function nodeClock(name: string, seconds: number): Fault {
  return {
    name,
    outcome: 'finished',
    prepare: giveClock,
    act: async (site, node) => stepNodeClock(site, node, seconds),
    mend: async (site, node) => stepNodeClock(site, node, 0),
  }
}

function adminClock(name: string, seconds: number): Fault {
  return {
    name,
    outcome: 'finished',
    prepare: async site => stepAdminClock(site, 0),
    around: async (site, work) => work({ env: adminClockEnvironment(site) }),
    act: async site => stepAdminClock(site, seconds),
    mend: nothing,
  }
}
