import { setTimeout as sleep } from 'node:timers/promises'
import { TaskError } from '../errors.js'

/** Five looks a second at most: a Raspberry Pi has other work to do. */
const pause = 250

/**
 * Looks until `look` returns something else than undefined.
 *
 * @param seconds - how long at most.
 * @param what - what is waited for, for the error: `a DC`.
 * @throws TaskError when it did not come about in time, or what `look` throws.
 */
export async function until<T>(what: string, seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000
  while (true) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (Date.now() + pause > deadline) throw new TaskError(`waited ${seconds} s for ${what}, in vain`)
    await sleep(pause)
  }
}
