import type { Style } from './style.js'
import type { Tally } from './tally.js'
import type { AnyEvent } from './visible.js'

export type Tone = 'good' | 'careful' | 'bad'

export interface RunVerdict {
  /** For the last line of a run: `drilled, 3 rounds`. */
  verdict: string
  /** For the heading of the report; by default the verdict. */
  heading?: string
  tone: Tone
}

export interface PlainOptions {
  style: Style
  verbosity: number
  /** Width of the widest node or cluster name. */
  nameWidth: number
}

/** Shows the events that a role adds to those of the engine. The role exports it. */
export interface EventView {
  /** The lines to print when an event happens; none for an event of others. */
  plainLines: (event: AnyEvent, options: PlainOptions) => string[]
  /** A section of the final summary. */
  summaryLines: (tally: Tally, style: Style) => string[]
  /** The verdict on a run of this role alone; undefined for other runs. @param usual - the verdict as for any run. */
  verdict: (tally: Tally, usual: RunVerdict) => RunVerdict | undefined
}
