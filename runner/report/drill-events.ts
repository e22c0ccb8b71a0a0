import type { AddedEvents, AddedSignals } from '../tasks/added-events.js'

/** The events of the drill role that the page draws: it reads them as `--json` prints them, and knows nothing else of the role. */

export type DrillRound = AddedEvents['drill-round']
export type DrillAnswers = AddedSignals['drill-answers']
