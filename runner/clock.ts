import { setTimeout as sleep } from 'node:timers/promises'

/** The time for waits and deadlines. Tests use a fake clock, which does not wait. */
export interface Clock {
  /** Milliseconds since some moment; monotonic, also if the machine's date changes. */
  now(): number
  /** Waits, or until the signal is aborted. */
  pause(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls back once; does not keep the process alive. @returns a function that cancels the call. */
  after(ms: number, call: () => void): () => void
}

/** The clock's time at which this command started: Node counts from there. */
export const commandStartedAt = 0

export const systemClock: Clock = {
  now: () => performance.now(),
  pause: async (ms, signal) => {
    await sleep(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal?.aborted) throw error
    })
  },
  after: (ms, call) => {
    const timer = setTimeout(call, ms).unref()
    return () => clearTimeout(timer)
  },
}
