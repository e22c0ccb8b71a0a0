import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { $ } from 'zx/core'
import type { MachineEvent, TaskEvent } from '../../../runner/engine/events.js'
import type { Lab } from '../../../runner/lab/index.js'
import { quote } from '../../../runner/ssh/quote.js'
import { main } from '../built-cluster.js'
import { changedInventory, type ClusterVars, type HostVars } from '../inventory.js'
import { LabNodes } from '../lab-nodes.js'
import type { Row } from './rows.js'

const password = 'raspberry'

/** The admin of a row's machines, who types ha-run's commands under the row's login. */
export class Admin extends LabNodes {
  readonly row: Row
  /** What the inventory declares by now, beside the lab's own. */
  readonly #changes: ((cluster: ClusterVars, hosts: HostVars) => void)[] = []
  #sshConfig = (text: string) => text

  constructor(lab: Lab, row: Row) {
    super(lab)
    this.row = row
  }

  /** Declares more from now on. */
  declare(change: (cluster: ClusterVars, hosts: HostVars) => void): void {
    this.#changes.push(change)
  }

  /** Changes the ssh configuration from now on. */
  configure(change: (text: string) => string): void {
    const before = this.#sshConfig
    this.#sshConfig = text => change(before(text))
  }

  /** Makes sudo ask the login for a password, if the row wants that. */
  async prepare(): Promise<void> {
    if (this.row.password)
      await this.onAll(`rm -f /etc/sudoers.d/*; usermod -aG sudo pi; echo pi:${password} | chpasswd`)
  }

  /**
   * Runs ha-run. @returns its events.
   * @throws Error with what went wrong if the exit code is another one.
   */
  async run(words: string[], exitCode = 0, seconds = 300): Promise<MachineEvent[]> {
    const { dir, sshConfig } = this.lab
    const inventory = await changedInventory(this.lab, 'row.yml', (cluster, hosts) => {
      for (const change of this.#changes) change(cluster, hosts)
    })
    const config = join(dir, 'ssh_config.row')
    const text = (await readFile(sshConfig, 'utf8')).replaceAll('User root', `User ${this.row.user ?? 'root'}`)
    await writeFile(config, this.#sshConfig(text))
    const argv = [process.execPath, main, ...words, '-i', inventory, '-F', config, '--json']
    const ended = this.row.password ? await withPassword(argv, dir, seconds) : await plainly(argv, seconds)
    const events = ended.stdout
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as MachineEvent)
    if (ended.exitCode !== exitCode)
      throw new Error(
        `${words.join(' ')}: exit code ${ended.exitCode}, not ${exitCode}: ${troubles(events)}${ended.stderr}`,
      )
    return events
  }
}

interface Ended {
  exitCode: number | null
  stdout: string
  stderr: string
}

async function plainly(argv: string[], seconds: number): Promise<Ended> {
  return $({ quiet: true, nothrow: true, timeout: `${seconds}s`, stdio: ['ignore', 'pipe', 'pipe'] })`${argv}`
}

/** In a terminal, where the password is typed at the question. */
async function withPassword(argv: string[], dir: string, seconds: number): Promise<Ended> {
  const output = join(dir, 'row.jsonl')
  const command = `${[...argv, '--ask-become-pass'].map(quote).join(' ')} >${quote(output)}`
  const running = $({ quiet: true, nothrow: true, timeout: `${seconds}s` })`script -qec ${command} /dev/null`
  let isTyped = false
  let screen = ''
  running.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString()
    if (isTyped || !screen.includes('password for sudo')) return
    isTyped = true
    running.stdin.write(`${password}\n`)
  })
  const { exitCode } = await running
  return { exitCode, stdout: await readFile(output, 'utf8'), stderr: screen }
}

export const tasksIn = (events: MachineEvent[]): TaskEvent[] => events.filter(event => event.event === 'task')

/** Names of the tasks with a status, as `node1 network: write /etc/hosts`. */
export function namesWith(events: MachineEvent[], status: TaskEvent['status']): string[] {
  return tasksIn(events)
    .filter(task => task.status === status)
    .map(({ host, role, task }) => `${host === undefined ? '' : `${host} `}${role}: ${task}`)
}

/** The failed tasks and assertions, with their errors. */
function troubles(events: MachineEvent[]): string {
  return events
    .filter(
      event =>
        ('status' in event && (event.status === 'failed' || event.status === 'unreachable')) || event.event === 'error',
    )
    .map(event => JSON.stringify(event))
    .join('\n')
}
