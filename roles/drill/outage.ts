import type { DrillAnswersSignal } from '../../runner/engine/events.js'

export type Answers = DrillAnswersSignal['answers']

/** A time in which visitors got no answer, in milliseconds from the fault. */
export interface Outage {
  from: number
  to: number
}

/**
 * The times without a good answer: from when the first request that failed was made until the first good answer to one made
 * after it. An outage that has not ended by the last answer lasts until then.
 *
 * @param answers - in the order in which they were asked for.
 */
export function outages(answers: Answers): Outage[] {
  const found: Outage[] = []
  let from: number | undefined
  let last = 0
  for (const { at, ms, error } of answers) {
    last = Math.max(last, at + ms)
    if (error !== undefined) from ??= at
    else if (from !== undefined) {
      found.push({ from, to: at + ms })
      from = undefined
    }
  }
  return from === undefined ? found : [...found, { from, to: last }]
}

/** The longest one. */
export function longest(found: Outage[]): Outage | undefined {
  return found.toSorted((one, other) => (other.to - other.from) - (one.to - one.from))[0]
}
