import { setTimeout as sleep } from 'node:timers/promises'
import { InterruptedError, TaskError } from '../errors.js'

/** Five looks a second at most: a Raspberry Pi has other work to do. */
const pause = 250

export interface Patience {
  /** What to do when it did not come about. */
  hint?: string
  /** Ends the wait: the second Ctrl-C. */
  abandon: AbortSignal
}

/**
 * Looks until `look` returns something else than undefined.
 *
 * @param what - what is waited for, for the error: `a DC on node1`.
 * @param seconds - how long at most.
 * @throws TaskError when it did not come about in time, InterruptedError when abandoned, or what `look` throws.
 */
export async function until<T>(what: string, seconds: number, look: () => Promise<T | undefined>, { hint, abandon }: Patience): Promise<T> {
  const deadline = Date.now() + seconds * 1000
  while (true) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (abandon.aborted) throw new InterruptedError(`interrupted while waiting for ${what}`)
    if (Date.now() + pause > deadline) throw new TaskError(`waited ${seconds} s for ${what}, in vain`, { ...(hint !== undefined && { hint }) })
    await sleep(pause)
  }
}
