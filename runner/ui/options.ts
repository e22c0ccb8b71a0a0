import type { EventView } from './event-view.js'
import type { Style } from './style.js'

/** Where a reporter writes: `process.stdout`, or a test's own stream. */
export type Terminal = NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number }

/** What the human reporters need to know. */
export interface ReporterOptions {
  stdout: Terminal
  stderr: Terminal
  /** -1 quiet, 0, 1 verbose. */
  verbosity: number
  /** Show both values of every difference. */
  diff: boolean
  style: Style
  /** Of the events that roles add. */
  views?: readonly EventView[] | undefined
}
