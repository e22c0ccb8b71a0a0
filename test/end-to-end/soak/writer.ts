import { setTimeout as sleep } from 'node:timers/promises'
import type { LabSite } from '../site-harness.js'

/** Pacemaker plans anew at each change: with one every 0.7 s, a node that had booted did not get to join. */
const writeMs = 4000

/** Somebody else who changes the CIB all the time: what was acknowledged must not be lost. */
export class SecondWriter {
  #acknowledged = 0
  #ended = false
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

  async end(): Promise<void> {
    this.#ended = true
    await this.#running
  }

  async #write(): Promise<void> {
    const [first, second] = this.#site.lab.nodes
    for (let value = 1; !this.#ended; value += 1) {
      await sleep(writeMs)
      const at = value % 2 === 0 ? first! : second!
      const isTaken = await this.#site
        .on(at.name, `timeout 10 crm_attribute -t crm_config -n soak-counter -v ${value}`, 20)
        .then(
          () => true,
          () => false,
        )
      if (isTaken) this.#acknowledged = value
    }
  }
}
