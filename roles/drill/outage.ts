import type { DrillAnswersSignal } from '../../runner/engine/events.js'

export type Answers = DrillAnswersSignal['answers']

/** A time in which visitors got no answer, in milliseconds from the fault. */
export interface Outage {
  from: number
  to: number
}

/**
 * The times without a good answer: from when the first request that failed was made until the first good answer came to one made
 * after it; a quick one may be there before a slow one that was made earlier. An outage that has not ended by the last
 * answer lasts until then.
 *
 * @param answers - in the order in which they were asked for.
 */
export function outages(answers: Answers): Outage[] {
  const last = Math.max(0, ...answers.map(({ at, ms }) => at + ms))
  // When the first good answer came to each request or one behind it.
  let first = last
  const ends = answers.toReversed().map(({ at, ms, error }) => first = error === undefined ? Math.min(first, at + ms) : first).toReversed()
  return answers.reduce<Outage[]>((found, { at, error }, index) =>
    error === undefined || at < (found.at(-1)?.to ?? -Infinity) ? found : [...found, { from: at, to: ends[index]! }], [])
}

/** The longest one. */
export function longest(found: Outage[]): Outage | undefined {
  return found.toSorted((one, other) => (other.to - other.from) - (one.to - one.from))[0]
}
