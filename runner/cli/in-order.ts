/** Reports about several things in their order, as soon as all that come before one have been reported. */
export class InOrder<Key> {
  /** What is not reported yet. */
  readonly #reports: Map<Key, (() => void) | undefined>

  constructor(keys: Key[]) {
    this.#reports = new Map(keys.map(key => [key, undefined]))
  }

  /** The report about one is ready. */
  settle(key: Key, report: () => void): void {
    this.#reports.set(key, report)
    this.#reportDue()
  }

  /** One comes behind all others. */
  postpone(key: Key): void {
    this.#reports.delete(key)
    this.#reports.set(key, undefined)
    this.#reportDue()
  }

  #reportDue(): void {
    for (const [key, report] of this.#reports) {
      if (!report) return
      this.#reports.delete(key)
      report()
    }
  }
}
