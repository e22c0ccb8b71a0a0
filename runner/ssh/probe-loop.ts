import { systemClock, type Clock } from '../clock.js'

/** 25 requests a second, whatever becomes of those before. */
const usualIntervalMs = 40

/** Longer than a second, after which TCP repeats a lost SYN. */
export const usualTimeoutMs = 1500

/** One request. */
export interface ProbeRequest {
  /** When it was sent, in milliseconds since 1970. */
  at: number
  /** Its duration in milliseconds. */
  ms: number
  /** The server's name, if the answer shows it; undefined if it failed. */
  server?: string | undefined
  error?: string | undefined
}

/** The way to the service is gone, which is no fault of the service. */
export class RouteError extends Error {}

export interface ProbeLoopOptions {
  /** Sends a request. Rejects with the reason if there is no good answer. @returns the server's name, or an empty text. */
  ask: (signal: AbortSignal) => Promise<string>
  intervalMs?: number | undefined
  /** After this time, a request has failed. */
  timeoutMs?: number | undefined
  /** A request is sent only after the one before it has ended. */
  isSequential?: boolean | undefined
  clock?: Clock
}

/** The time in milliseconds since 1970, by a clock that never jumps. */
export function now(clock: Clock = systemClock): number {
  return performance.timeOrigin + clock.now()
}

/** A signal that aborts after a time, with the reason that a request has failed. */
export function deadline(timeoutMs: number, clock: Clock = systemClock): { signal: AbortSignal; cancel: () => void } {
  const abort = new AbortController()
  const cancel = clock.after(timeoutMs, () => abort.abort(new Error(`no answer within ${timeoutMs / 1000} s`)))
  return { signal: abort.signal, cancel }
}

/** Asks a service many times a second, as many visitors would: each time over a connection of its own. */
export class ProbeLoop {
  readonly #options: ProbeLoopOptions
  readonly #requests: ProbeRequest[] = []
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #timeoutMs: number
  /** Twice as many requests as can be open by these numbers; more of them means that this machine is too slow. */
  readonly #maxOpen: number
  #cancel: (() => void) | undefined
  #open = 0
  #broken: string | undefined
  #isStopped = false

  constructor(options: ProbeLoopOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#intervalMs = options.intervalMs ?? usualIntervalMs
    this.#timeoutMs = options.timeoutMs ?? usualTimeoutMs
    this.#maxOpen = options.isSequential ? 1 : 2 * Math.ceil(this.#timeoutMs / this.#intervalMs)
  }

  start(): void {
    this.#cancel = this.#clock.after(this.#intervalMs, () => {
      this.start()
      void this.#ask()
    })
  }

  /** Sends no more requests; open ones do not count any more. @returns the requests that have ended, by sending time. */
  stop(): ProbeRequest[] {
    this.#isStopped = true
    this.#cancel?.()
    return this.requests
  }

  /** The requests that have ended, by sending time. */
  get requests(): ProbeRequest[] {
    return this.#requests.toSorted((one, other) => one.at - other.at)
  }

  /** True if nearly all requests of the last second succeeded, and none failed shortly before; or the last two, if they are sequential. */
  get isHealthy(): boolean {
    const end = now(this.#clock)
    if (this.#options.isSequential) {
      const last = this.requests.slice(-2)
      const isRecent = last.every(({ at }) => at > end - 2 * (this.#timeoutMs + this.#intervalMs))
      return last.length === 2 && isRecent && last.every(({ error }) => error === undefined)
    }
    const good = this.#requests.filter(({ at, error }) => error === undefined && at > end - 1300 && at < end - 300)
    return (
      good.length >= (0.6 * 1000) / this.#intervalMs &&
      !this.#requests.some(({ at, error }) => error !== undefined && at > end - 1300 - this.#timeoutMs)
    )
  }

  /** True if a request that was sent since then (milliseconds since 1970) has failed. */
  hasFailedSince(moment: number): boolean {
    return this.#requests.some(({ at, error }) => error !== undefined && at >= moment)
  }

  /** Why the probe has no results any more: the way to the service is gone. */
  get broken(): string | undefined {
    return this.#broken
  }

  async #ask(): Promise<void> {
    if (this.#open >= this.#maxOpen) return
    this.#open += 1
    const at = now(this.#clock)
    const { signal, cancel } = deadline(this.#timeoutMs, this.#clock)
    const outcome = await this.#options.ask(signal).then(
      server => ({ server }),
      (error: unknown) => error as Error,
    )
    cancel()
    this.#open -= 1
    // The route may have failed because it was closed since.
    if (this.#isStopped) return
    if (outcome instanceof RouteError) this.#broken ??= outcome.message
    else {
      const result = outcome instanceof Error ? { error: outcome.message } : outcome
      this.#requests.push({ at, ms: now(this.#clock) - at, ...result })
    }
  }
}
