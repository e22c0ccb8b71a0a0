import { setTimeout as sleep } from 'node:timers/promises'
import type { LabNode } from '../../../runner/lab/index.js'
import type { LabSite } from '../site-harness.js'

/** Pacemaker plans anew at each change: with one every 0.7 s, a node that had booted did not get to join. */
const writeMs = 4000

/** Somebody else who changes the CIB all the time: what was acknowledged must not be lost. */
export class SecondWriter {
  #acknowledged = 0
  #ended = false
  #pause: Promise<void> | undefined
  #writing = Promise.resolve()
  readonly #site: LabSite
  readonly #running: Promise<void>

  constructor(site: LabSite) {
    this.#site = site
    this.#running = this.#write()
  }

  /** The last value that Pacemaker has taken. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  /** What the CIB of a node has. */
  async read(node: string): Promise<number> {
    return Number(await this.#site.on(node, 'crm_attribute -t crm_config -n soak-counter -G -q 2>/dev/null || echo 0'))
  }

  /** Does something while no change is under way: two nodes cannot be read at the very same time. */
  async paused<T>(work: () => Promise<T>): Promise<T> {
    let resume = () => {}
    this.#pause = new Promise(resolve => {
      resume = resolve
    })
    try {
      await this.#writing
      return await work()
    } finally {
      this.#pause = undefined
      resume()
    }
  }

  /** Ends, and deletes what it has written. */
  async end(): Promise<void> {
    this.#ended = true
    await this.#running
    await this.#site.on('node1', 'crm_attribute -t crm_config -n soak-counter -D').catch(() => {})
  }

  async #write(): Promise<void> {
    const [first, second] = this.#site.lab.nodes
    for (let value = 1; !this.#ended; value += 1) {
      await sleep(writeMs)
      while (this.#pause) await this.#pause
      this.#writing = this.#writeValue(value, value % 2 === 0 ? first! : second!)
      await this.#writing
    }
  }

  async #writeValue(value: number, { name }: LabNode): Promise<void> {
    try {
      await this.#site.on(name, `timeout 10 crm_attribute -t crm_config -n soak-counter -v ${value}`, 20)
      this.#acknowledged = value
    } catch {
      // Pacemaker has not taken it; the next value follows.
    }
  }
}
