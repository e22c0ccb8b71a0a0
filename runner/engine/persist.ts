import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError, InterruptedError } from '../errors.js'
import type { WaitOptions } from '../tasks/until.js'

/**
 * Tries once a second until an attempt does not end with ConnectError.
 *
 * @param what - what is waited for, for people: `node1 to be back`.
 * @returns the last one of those when the time (in seconds) is over.
 * @throws InterruptedError when abandoned, or what else an attempt throws.
 */
export async function persist<T>(
  what: string, seconds: number, { abandon, progress }: Pick<WaitOptions, 'abandon' | 'progress'>, attempt: () => Promise<T>,
): Promise<T | ConnectError> {
  const deadline = Date.now() + seconds * 1000
  progress(`waiting for ${what}`)
  while (true) {
    try {
      return await attempt()
    } catch (error) {
      if (abandon.aborted) throw new InterruptedError(`interrupted while waiting for ${what}`)
      if (!(error instanceof ConnectError)) throw error
      if (Date.now() > deadline) return error
    }
    await sleep(1000)
  }
}
