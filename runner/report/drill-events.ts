import type { AddedEvents } from '../tasks/added-events.js'

/** The drill role's events, as `--json` prints them: all that the page knows of the role. */

export type DrillRound = AddedEvents['drill-round']
export type DrillAnswers = AddedEvents['drill-answers']
