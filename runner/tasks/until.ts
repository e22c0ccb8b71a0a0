import { systemClock, type Clock } from '../clock.js'
import { InterruptedError, TaskError } from '../errors.js'
import type { ReportProgress } from './progress.js'

/** Five looks a second at most: a Raspberry Pi has other work to do. */
const pause = 250

export interface Patience {
  /** What to do when it did not come about. */
  hint?: string
  /** Ends the wait: the second Ctrl-C. */
  abandon: AbortSignal
  /** Tells what is waited for while it is. */
  progress: ReportProgress
  clock?: Clock
}

/**
 * Looks until `look` returns something else than undefined.
 *
 * @param what - what is waited for, for people and for the error: `a DC on node1`.
 * @param seconds - how long at most.
 * @param look - may say what it saw, best in numbers: `1 of 2 nodes have joined`.
 * @throws TaskError when it did not come about in time, InterruptedError when abandoned, or what `look` throws.
 */
export async function until<T>(
  what: string, seconds: number, look: (say: (state: string) => void) => Promise<T | undefined>, { hint, abandon, progress, clock = systemClock }: Patience,
): Promise<T> {
  const deadline = clock.now() + seconds * 1000
  let state = ''
  try {
    while (true) {
      const seen = await look(said => {
        state = `: ${said}`
      })
      if (seen !== undefined) return seen
      if (abandon.aborted) throw new InterruptedError(`interrupted while waiting for ${what}`)
      if (clock.now() + pause > deadline) throw new TaskError(`waited ${seconds} s for ${what}, in vain${state}`, { ...(hint !== undefined && { hint }) })
      progress(`waiting for ${what}${state}`)
      await clock.pause(pause)
    }
  } finally {
    progress()
  }
}
