import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { $, type ProcessOutput, type ProcessPromise } from 'zx/core'
import type { MachineEvent, TaskEvent } from '../../runner/engine/events.js'
import type { StatusEvent } from '../../runner/cluster/status/events.js'
import { quote } from '../../runner/ssh/quote.js'
import { inLab } from '../../runner/lab/network.js'
import { labOf, down, up, type LabExtras } from '../../runner/lab/index.js'
import { isRequired } from '../required.js'
import { reason, title } from './availability.js'
import { builtCluster, clusterServes, main, type Built } from './built-cluster.js'
import { kebabName, type SpecimenName } from './foreign/index.js'
import { changedInventory, type ClusterVars, type HostVars } from './inventory.js'
import { LabNodes } from './lab-nodes.js'
import { withRelease } from './release.js'
import { whileRunning } from './running.js'
import { patience, testLimitMs } from './patience.js'

export interface Result {
  exitCode: number | null
  stdout: string
  stderr: string
  events: MachineEvent[]
}

/** One lab for the tests of a file, and ha-run itself, run as people run it: in a process of its own. */
export class LabSite extends LabNodes {
  /** Where the tests find a cluster built: the run of `ha-run site` that has built it from bare nodes. */
  building!: Result

  /** What the lab has beside its nodes. */
  readonly extras: LabExtras

  constructor(name: string, count: number, extras: LabExtras = {}) {
    super(labOf(`${name}-${process.pid}`, count, extras))
    this.extras = extras
  }

  /**
   * Runs `ha-run WORDS --json` on the lab's inventory, or another one. For how long all holds after a change or a drill is
   * tested where `--stable` is among the words, and would add up elsewhere.
   */
  async run(
    words: string[],
    { inventory = this.lab.inventory, config = this.lab.sshConfig, seconds = patience } = {},
  ): Promise<Result> {
    const changes =
      ['site', 'drill', 'rollback', 'rotate-key', 'play'].includes(words[0]!) && !words.includes('--check')
    const stable = changes && !words.includes('--stable') ? ['--stable', '0'] : []
    return resultOf(await this.#start([...words, ...stable, '-i', inventory, '-F', config, '--json'], seconds))
  }

  #start(words: string[], seconds: number) {
    return $({
      quiet: true,
      nothrow: true,
      prefix: 'exec ',
      timeout: `${seconds}s`,
      stdio: ['ignore', 'pipe', 'pipe'],
    })`${process.execPath} ${main} ${words}`
  }

  /**
   * Runs it, and presses Ctrl-C each time that one of these has come about (or so many ms later).
   *
   * @param then - what happens afterwards, while it is still running.
   */
  async interrupted(
    words: string[],
    inventory: string,
    moments: (number | (() => Promise<unknown>))[],
    { config = this.lab.sshConfig, then = async () => {} }: { config?: string; then?: () => Promise<void> } = {},
  ): Promise<Result> {
    const running = this.#start([...words, '-i', inventory, '-F', config, '--json'], patience)
    for (const moment of moments) {
      await (typeof moment === 'number' ? sleep(moment) : moment())
      process.kill(running.pid!, 'SIGINT')
    }
    await then()
    return resultOf(await running)
  }

  /** Runs it, and kills it without a warning once something has come about. */
  async killed(words: string[], inventory: string, hasCome: () => Promise<boolean>): Promise<void> {
    const running = this.#start([...words, '-i', inventory, '-F', this.lab.sshConfig, '--json'], patience)
    while (!(await hasCome())) await sleep(100)
    process.kill(running.pid!, 'SIGKILL')
    await running
    // What its sessions were at on the nodes ends by itself, and until then the lock is theirs.
    for (const { name } of this.lab.nodes)
      await this.on(name, 'for lock in /run/lock/ha-run.*; do [ ! -e "$lock" ] || flock -w 60 "$lock" true; done')
  }

  /** Runs it in a terminal of 100 columns, and types once it asks for something. */
  async terminal(
    words: string[],
    typed = '',
    question = 'password for sudo',
  ): Promise<{ exitCode: number | null; screen: string }> {
    return this.#terminal(words, question, running => running.stdin.end(typed))
  }

  /** Runs it in a terminal of 100 columns, and does something once that stands on the screen. */
  async terminalUntil(
    words: string[],
    shown: string,
    work: () => Promise<void>,
  ): Promise<{ exitCode: number | null; screen: string }> {
    let working = Promise.resolve()
    const ended = await this.#terminal(words, shown, () => {
      working = work()
    })
    await working
    return ended
  }

  async #terminal(
    words: string[],
    shown: string,
    act: (running: ProcessPromise) => void,
  ): Promise<{ exitCode: number | null; screen: string }> {
    const command = `stty columns 100 rows 24; unset CI; TERM=xterm exec ${[process.execPath, main, ...words].map(quote).join(' ')}`
    const running = $({ quiet: true, nothrow: true, timeout: `${patience}s` })`script -qec ${command} /dev/null`
    let screen = ''
    let hasActed = false
    running.stdout.on('data', (chunk: Buffer) => {
      screen += chunk.toString()
      if (hasActed || !screen.includes(shown)) return
      hasActed = true
      act(running)
    })
    const { exitCode, stdout } = await running
    return { exitCode, screen: stdout }
  }

  /** The lab's ssh configuration for another login. */
  async login(user: string): Promise<string> {
    return this.sshConfig(user, text => text.replaceAll('User root', `User ${user}`))
  }

  async sshConfig(name: string, change: (text: string) => string): Promise<string> {
    return this.file(`ssh_config.${name}`, change(await readFile(this.lab.sshConfig, 'utf8')))
  }

  /** Runs shell text beside the nodes, on the bridge: another machine of their network. */
  async outside(script: string): Promise<void> {
    await $({ quiet: true, timeout: `${patience}s` })`${inLab(this.lab.name, ['sh', '-c', script])}`
  }

  /** The lab's inventory with something changed, as a file of its own. */
  async inventory(name: string, change: (cluster: ClusterVars, hosts: HostVars) => void): Promise<string> {
    return changedInventory(this.lab, name, change)
  }

  /** A file in the lab's own directory, which goes with the lab. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.lab.dir, name)
    await writeFile(path, text)
    return path
  }
}

/** A lab, and how tests on it are declared. */
export interface SharedLab {
  site: LabSite
  onLab: (text: string, body: (t: ExecutionContext) => Promise<void>) => void
}

/**
 * Declares a lab that is brought up before a file's tests and taken down after them: bare nodes, or a cluster that serves,
 * as `ha-run site` or somebody else has built it. Where no lab can be had, the tests are skipped, with the reason in their titles.
 */
export function labSite(name: string, count: number, built?: Built, extras?: LabExtras): SharedLab {
  const site = new LabSite(name, count, extras)
  const declareTest = reason === null ? test.serial : test.serial.skip
  if (reason === null) {
    test.serial.before(async t => {
      t.timeout(testLimitMs)
      await whileRunning(`${name}: bringing its lab up`, async () => {
        await bringUp(site, built, line => t.log(line))
      })
    })
    test.after.always(async () => {
      await down({ name: site.lab.name, report: () => {} })
    })
  }
  return {
    site,
    onLab: (text, body) =>
      declareTest(title(text), async t => {
        t.timeout(testLimitMs)
        await whileRunning(`${name}: ${text}`, async () => body(t))
      }),
  }
}

/**
 * Declares a test on a lab of its own, which has a cluster that somebody else has built. It is up only while the test
 * runs: several of them in one file do not add up.
 */
export function onForeign(
  specimen: SpecimenName,
  text: string,
  body: (t: ExecutionContext, site: LabSite) => Promise<void>,
): void {
  const name = `foreign-${kebabName(specimen)}`
  const site = new LabSite(name, 2)
  const declareTest = reason === null ? test.serial : test.serial.skip
  const takeDown = async () => down({ name: site.lab.name, report: () => {} })
  declareTest(title(`${specimen}: ${text}`), async t => {
    t.timeout(testLimitMs)
    await whileRunning(`${name}: ${text}`, async () => {
      try {
        await bringUp(site, { foreign: specimen }, line => t.log(line))
        await body(t, site)
      } finally {
        await takeDown()
      }
    })
  })
  // A test that is over before its time, by a time limit or Ctrl-C, does not come to its end.
  if (reason === null) test.after.always(takeDown)
}

/** Brings the lab up, with the cluster that tests find built. */
export async function bringUp(site: LabSite, built: Built | undefined, say: (line: string) => void): Promise<void> {
  const {
    name,
    nodes: { length: count },
  } = site.lab
  if (!built) {
    await up({ name, count, yes: isRequired, report: say, ...withRelease, ...site.extras })
    return
  }
  const { snapshot, building } = await builtCluster(count, built, say)
  site.building = { exitCode: 0, stdout: building, stderr: '', events: building === '' ? [] : eventsIn(building) }
  const began = performance.now()
  await up({ name, count, yes: isRequired, report: say, snapshot, ...withRelease, ...site.extras })
  await clusterServes(site.lab, built)
  say(`serves ${((performance.now() - began) / 1000).toFixed(1)} s after the start from its snapshot`)
}

function resultOf({ exitCode, stdout, stderr }: ProcessOutput): Result {
  return { exitCode, stdout, stderr, events: eventsIn(stdout) }
}

function eventsIn(stdout: string): MachineEvent[] {
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as MachineEvent)
}

export function tasksOf({ events }: Result): TaskEvent[] {
  return events.filter(event => event.event === 'task')
}

/** Names of the tasks with a status, as `node1 network: write /etc/hosts`; a cluster's own tasks stand without a node. */
export function withStatus(result: Result, ...statuses: string[]): string[] {
  return tasksOf(result)
    .filter(({ status }) => statuses.includes(status))
    .map(({ host, role, task }) => `${host === undefined ? '' : `${host} `}${role}: ${task}`)
}

/** What went wrong, for a test's message: the failed tasks and assertions with their errors. */
export function troubles(result: Result): string {
  const failed = result.events.filter(
    event =>
      ('status' in event && (event.status === 'failed' || event.status === 'unreachable')) || event.event === 'error',
  )
  return failed.map(event => JSON.stringify(event)).join('\n') + result.stderr
}

export function summaryOf({ events }: Result) {
  const last = events.at(-1)
  if (last?.event !== 'summary') throw new Error(`the last line is no summary: ${JSON.stringify(last)}`)
  return last
}

/** What `ha-run status` tells of the one cluster of the inventory. */
export function statusIn({ events }: Result): StatusEvent {
  const [first, ...more] = events.filter(event => event.event === 'status')
  if (!first || more.length > 0) throw new Error(`not one status: ${JSON.stringify(events)}`)
  return first
}
