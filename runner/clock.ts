import { setTimeout as sleep } from 'node:timers/promises'

/** Time as waits and deadlines see it; tests bring their own, and wait for nothing. */
export interface Clock {
  /** Milliseconds since some moment. Never goes back, whatever is done to the machine's date. */
  now(): number
  /** Waits for this number of milliseconds, or until the signal is aborted. */
  pause(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls back after this number of milliseconds; keeps no process alive. @returns what cancels the call. */
  after(ms: number, call: () => void): () => void
}

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
