import type { EventView } from './event-view.js'
import type { Style } from './style.js'

/** A stream that reporters write to: `process.stdout`, or a stream of a test. */
export type Terminal = NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number }

/** Options of the reporters for people. */
export interface ReporterOptions {
  stdout: Terminal
  stderr: Terminal
  /** -1 quiet, 0, 1 verbose. */
  verbosity: number
  /** Show both values of every difference. */
  diff: boolean
  style: Style
  /** Show the events that roles add. */
  views?: readonly EventView[] | undefined
}
