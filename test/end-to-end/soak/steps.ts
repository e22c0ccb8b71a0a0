import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { boot, cutCable, freezeNode, healCable, powerKill, thawNode, type LabNode } from '../../../runner/lab/index.js'
import { powered } from '../../../runner/lab/node.js'
import { killAt, runUntil } from '../kills/moments.js'
import type { LabSite } from '../site-harness.js'

/** What happens to a cluster, at random: faults, drifts, and runs of ha-run, some of which are killed. */

interface Hit {
  /** The index of the node. */
  node: number
}

export type Step =
  | ({ kind: 'kill'; daemon: string } & Hit)
  | ({ kind: 'stop'; daemon: string; seconds: number } & Hit)
  | ({ kind: 'cut'; seconds: number } & Hit)
  | ({ kind: 'freeze'; seconds: number } & Hit)
  | ({ kind: 'power' } & Hit)
  | ({ kind: 'drift'; script: string } & Hit)
  | { kind: 'run'; words: string[] }
  | { kind: 'killed run'; words: string[]; ms: number }

const daemons = [
  'corosync',
  'pacemakerd',
  'pacemaker-based',
  'pacemaker-controld',
  'pacemaker-attrd',
  'pacemaker-execd',
]
const drifts = [
  'sed -i s/3000/3001/ /etc/corosync/corosync.conf',
  'chmod 644 /etc/corosync/authkey',
  'systemctl -q disable pacemaker corosync',
  'echo hello >/var/www/html/index.html',
  'crm -F configure delete FloatIP-before-WebSite',
  'systemctl stop pacemaker',
  'sed -i /node/d /etc/hosts',
]
const runs = [
  ['site'],
  ['site', '--check'],
  ['rotate-key'],
  ['verify'],
  ['status'],
  ['drill', '--yes', '--fault', 'standby'],
]

const node = fc.nat({ max: 1 })
const stepWithin = (longestSeconds: number): fc.Arbitrary<Step> => {
  const seconds = fc.integer({ min: 1, max: longestSeconds })
  return fc.oneof(
    fc.record({ kind: fc.constant('kill' as const), daemon: fc.constantFrom(...daemons), node }),
    fc.record({ kind: fc.constant('stop' as const), daemon: fc.constantFrom(...daemons), seconds, node }),
    fc.record({ kind: fc.constant('cut' as const), seconds, node }),
    fc.record({ kind: fc.constant('freeze' as const), seconds, node }),
    fc.record({ kind: fc.constant('power' as const), node }),
    fc.record({ kind: fc.constant('drift' as const), script: fc.constantFrom(...drifts), node }),
    fc.record({ kind: fc.constant('drift' as const), script: fc.constantFrom(...drifts), node }),
    fc.record({ kind: fc.constant('run' as const), words: fc.constantFrom(...runs) }),
    fc.record({
      kind: fc.constant('killed run' as const),
      words: fc.constantFrom<string[][]>(['site'], ['rotate-key']),
      ms: fc.integer({ min: 100, max: 8000 }),
    }),
  )
}

/** The same steps for the same seed. @param longestSeconds - how long a fault lasts at most. */
export function stepsOf(seed: number, count: number, longestSeconds: number): Step[] {
  return fc.sample(stepWithin(longestSeconds), { seed, numRuns: count })
}

export function titleOf(each: Step, site: LabSite): string {
  const { kind, ...rest } = each
  const values = Object.entries(rest).map(([name, value]) =>
    name === 'node' ? site.lab.nodes[Number(value)]!.name : `${Array.isArray(value) ? value.join(' ') : value}`,
  )
  return [kind, ...values].join(' ')
}

/** Does it, and ends the fault again; what that leaves behind is for the cluster and for ha-run. */
export async function take(each: Step, site: LabSite): Promise<void> {
  if (each.kind === 'run') {
    await site.run(each.words)
    return
  }
  if (each.kind === 'killed run') {
    await runUntil(site, each.words, site.lab.inventory, killAt({ title: '', changes: 0, delayMs: each.ms }))
    return
  }
  const hit = site.lab.nodes[each.node]!
  switch (each.kind) {
    case 'kill':
      return quietly(site, hit, `kill -9 $(pidof ${each.daemon})`)
    case 'stop':
      await quietly(site, hit, `kill -STOP $(pidof ${each.daemon})`)
      await sleep(each.seconds * 1000)
      return quietly(site, hit, `kill -CONT $(pidof ${each.daemon})`)
    case 'cut':
      await cutCable(hit)
      await sleep(each.seconds * 1000)
      return healCable(hit)
    case 'freeze':
      await freezeNode(hit)
      await sleep(each.seconds * 1000)
      // A node that was fenced meanwhile has booted, and is not frozen.
      return thawNode(hit).catch(() => {})
    case 'power':
      await powerKill(hit)
      // With fencing, the other node has the plug give the power back.
      await sleep(15_000)
      if (!(await powered(hit))) await boot(hit).catch(() => {})
      return
    case 'drift':
      return quietly(site, hit, each.script)
  }
}

/** The node may be off, or booting. */
async function quietly(site: LabSite, hit: LabNode, script: string): Promise<void> {
  await site.on(hit.name, script, 60).catch(() => {})
}
