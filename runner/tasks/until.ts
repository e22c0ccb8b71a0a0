import { systemClock, type Clock } from '../clock.js'
import { InterruptedError, TaskError } from '../errors.js'
import type { ReportProgress } from './progress.js'

/** Between two polls: a Raspberry Pi has other work to do. */
const pollMs = 250

export interface WaitOptions {
  /** What to do if it does not come true. */
  hint?: string
  /** Ends the wait: the second Ctrl-C. */
  abandon: AbortSignal
  /** Reports what is awaited. */
  progress: ReportProgress
  clock?: Clock
}

/**
 * Polls until `poll` returns something else than undefined.
 *
 * @param what - what is awaited, as progress and the error name it: `a DC on node1`.
 * @param poll - may report what it sees, best in numbers: `1 of 2 nodes have joined`.
 * @returns what `poll` returned.
 * @throws TaskError after the timeout, InterruptedError if abandoned, or what `poll` throws.
 */
export async function until<T>(
  what: string,
  timeoutSeconds: number,
  poll: (report: (state: string) => void) => Promise<T | undefined>,
  { hint, abandon, progress, clock = systemClock }: WaitOptions,
): Promise<T> {
  const deadline = clock.now() + timeoutSeconds * 1000
  let seen = ''
  try {
    while (true) {
      const result = await poll(state => {
        seen = state
      })
      if (result !== undefined) return result
      if (abandon.aborted) throw new InterruptedError(`interrupted while waiting for ${what}`)
      if (clock.now() + pollMs > deadline) {
        throw new TaskError(
          `timed out after ${timeoutSeconds} s waiting for ${what}${seen === '' ? '' : ` (seen: ${seen})`}`,
          { ...(hint !== undefined && { hint }) },
        )
      }
      progress(`waiting for ${what}${seen === '' ? '' : `: ${seen}`}`)
      await clock.pause(pollMs)
    }
  } finally {
    progress()
  }
}
