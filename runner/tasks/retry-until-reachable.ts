import { systemClock, type Clock } from '../clock.js'
import { ConnectError, InterruptedError } from '../errors.js'
import type { WaitOptions } from './until.js'

const retryMs = 1000

/**
 * Repeats an attempt until it does not end with a ConnectError.
 *
 * @param what - what is awaited, as progress and the error name it: `node1 to answer again`.
 * @returns what the attempt returned; after the timeout, its last ConnectError.
 * @throws InterruptedError if abandoned, or any other error of the attempt.
 */
export async function retryUntilReachable<T>(
  what: string,
  timeoutSeconds: number,
  { abandon, progress }: Pick<WaitOptions, 'abandon' | 'progress'>,
  attempt: () => Promise<T>,
  clock: Clock = systemClock,
): Promise<T | ConnectError> {
  const deadline = clock.now() + timeoutSeconds * 1000
  progress(`waiting for ${what}`)
  while (true) {
    try {
      return await attempt()
    } catch (error) {
      if (abandon.aborted) throw new InterruptedError(`interrupted while waiting for ${what}`)
      if (!(error instanceof ConnectError)) throw error
      if (clock.now() > deadline) return error
    }
    await clock.pause(retryMs)
  }
}
