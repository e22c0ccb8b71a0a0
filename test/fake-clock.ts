import type { Clock } from '../runner/clock.js'

/** A clock that only pauses advance; a pause ends at once. */
export class FakeClock implements Clock {
  #now = 0
  readonly #due = new Set<{ at: number; call: () => void }>()

  /** How many calls are pending. */
  get timers(): number {
    return this.#due.size
  }

  now(): number {
    return this.#now
  }

  async pause(ms: number, signal?: AbortSignal): Promise<void> {
    this.pass(ms, signal)
    // A loop that pauses lets other work run.
    await new Promise(resolve => setImmediate(resolve))
  }

  after(ms: number, call: () => void): () => void {
    const entry = { at: this.#now + ms, call }
    this.#due.add(entry)
    return () => this.#due.delete(entry)
  }

  /** Advances the clock, or until the signal is aborted. */
  pass(ms: number, signal?: AbortSignal): void {
    const end = this.#now + ms
    const next = () => [...this.#due].filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at)[0]
    for (let entry = next(); entry; entry = next()) {
      if (signal?.aborted) return
      this.#now = entry.at
      this.#due.delete(entry)
      entry.call()
    }
    if (!signal?.aborted) this.#now = end
  }
}
