interface Waiting {
  count: number
  begin: () => void
}

/**
 * Lets clusters begin in their order, as long as all hosts that are worked on are no more than there are places: a fleet has no more
 * open connections, processes and memory than the clusters that are worked on. A cluster with more hosts than places runs alone.
 */
export class HostPlaces {
  readonly total: number
  #taken = 0
  readonly #line: Waiting[] = []

  /** @param total - `--forks`. */
  constructor(total: number) {
    this.total = total
  }

  /** Whether somebody waits for places. */
  get isAwaited(): boolean {
    return this.#line.length > 0
  }

  /**
   * Waits until there are places for this number of hosts, and frees them when the work has ended.
   *
   * @param isFirst - before all others that wait, not behind them.
   */
  async during<T>(hosts: number, work: () => Promise<T>, isFirst = false): Promise<T> {
    const count = Math.min(hosts, this.total)
    await new Promise<void>(begin => {
      this.#line[isFirst ? 'unshift' : 'push']({ count, begin })
      this.#admit()
    })
    try {
      return await work()
    } finally {
      this.#taken -= count
      this.#admit()
    }
  }

  #admit(): void {
    for (let next = this.#line[0]; next && this.#taken + next.count <= this.total; next = this.#line[0]) {
      this.#line.shift()
      this.#taken += next.count
      next.begin()
    }
  }
}

/** How many of the first clusters begin at once, by the numbers of their hosts. */
export function beginningAtOnce(hosts: number[], forks: number): number {
  let sum = 0
  const at = hosts.findIndex((count, index) => (sum += count) > forks && index > 0)
  return at < 0 ? hosts.length : at
}
