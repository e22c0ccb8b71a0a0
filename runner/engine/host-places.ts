import { systemClock, type Clock } from '../clock.js'

/** How long a cluster that has one of its connections waits for the others, before other clusters may begin in its place. */
export const stallMs = 2000

interface Waiting {
  count: number
  begin: () => void
}

/**
 * Lets the clusters of a run begin in their order, as long as all hosts that are worked on are no more than there are places: a
 * fleet has no more open connections, processes and memory than the clusters that are worked on. A cluster with more hosts than
 * places runs alone.
 *
 * A cluster that waits for a dead host does nothing else, so that it makes room for others: all dead hosts of a fleet together
 * cost about one time-out. At most as many hosts again as there are places can be in clusters that wait like that.
 */
export class HostPlaces {
  readonly #total: number
  readonly #clock: Clock
  #taken = 0
  #stalled = 0
  readonly #line: Waiting[] = []

  /** @param total - `--forks`. */
  constructor(total: number, clock = systemClock) {
    this.#total = total
    this.#clock = clock
  }

  /** Waits until there are places for all hosts of a cluster, and frees them when the work has ended. */
  async during<T>(hosts: number, work: (place: HostPlace) => Promise<T>): Promise<T> {
    const count = Math.min(hosts, this.#total)
    await this.#take(count)
    try {
      return await work({ whileConnecting: async connecting => this.#whileConnecting(count, connecting) })
    } finally {
      this.#taken -= count
      this.#admit()
    }
  }

  async #take(count: number): Promise<void> {
    const isFree = this.#line.length === 0 && this.#taken + count <= this.#total
    if (isFree) this.#taken += count
    else await new Promise<void>(begin => this.#line.push({ count, begin }))
  }

  #admit(): void {
    for (let next = this.#line[0]; next && this.#taken + next.count <= this.#total; next = this.#line[0]) {
      this.#line.shift()
      this.#taken += next.count
      next.begin()
    }
  }

  /** Gives the places to others once it takes long, and takes them again afterwards, before those that have not begun. */
  async #whileConnecting<T>(count: number, connecting: Promise<T>[]): Promise<T[]> {
    let isStalled = false
    let cancel = () => {}
    const isOver = Promise.all(connecting)
    void Promise.race(connecting).then(
      () => {
        cancel = this.#clock.after(stallMs, () => {
          if (this.#stalled + count > this.#total) return
          isStalled = true
          this.#stalled += count
          this.#taken -= count
          this.#admit()
        })
      },
      () => {},
    )
    try {
      return await isOver
    } finally {
      cancel()
      if (isStalled) {
        this.#stalled -= count
        await new Promise<void>(begin => {
          this.#line.unshift({ count, begin })
          this.#admit()
        })
      }
    }
  }
}

/** The places that a cluster has. */
export interface HostPlace {
  /** Waits for the cluster's connections; others may begin meanwhile if some of them take long. */
  whileConnecting: <T>(connecting: Promise<T>[]) => Promise<T[]>
}

/** How many of the first clusters begin at once, by the numbers of their hosts. */
export function beginningAtOnce(hosts: number[], forks: number): number {
  let sum = 0
  const at = hosts.findIndex((count, index) => (sum += count) > forks && index > 0)
  return at < 0 ? hosts.length : at
}
