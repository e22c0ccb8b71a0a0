import type { Style } from './style.js'
import type { Tally } from './tally.js'
import type { AnyEvent } from './visible.js'

export type Tone = 'good' | 'careful' | 'bad'

export interface RunVerdict {
  /** For the last line: `drilled, 3 rounds`. */
  verdict: string
  /** For a page's heading; by default the verdict. */
  heading?: string
  tone: Tone
}

export interface PlainOptions {
  style: Style
  verbosity: number
  /** Length of the longest node or cluster name. */
  nameWidth: number
}

/** Shows people the events that a role adds to those of the engine. It comes with the role. */
export interface EventView {
  /** The lines that an event is worth when it happens; none for an event that is not the view's. */
  plainLines: (event: AnyEvent, options: PlainOptions) => string[]
  /** A part of the summary at the end of a run. */
  summaryLines: (tally: Tally, style: Style) => string[]
  /** How a run ended that ran nothing but this role; undefined for other runs. @param usual - the verdict of any run. */
  verdict: (tally: Tally, usual: RunVerdict) => RunVerdict | undefined
}
