import type { DrillAnswersEvent } from './events.js'

/** The answers to the requests for a service, or the errors. */
export type Answers = DrillAnswersEvent['answers']

/** A period without a good answer, in milliseconds since the fault. */
export interface Outage {
  from: number
  to: number
}

/**
 * The outages: each from the start of the first request that failed until the first good answer to a request that was sent later.
 * A fast answer may arrive before a slow one to an earlier request. An outage that has not ended by the last answer lasts until
 * then.
 *
 * @param answers - in the order in which the requests were sent.
 */
export function outages(answers: Answers): Outage[] {
  const last = Math.max(0, ...answers.map(({ at, ms }) => at + ms))
  // For each request, when the first good answer arrived to it or to a later one.
  let first = last
  const ends = answers
    .toReversed()
    .map(({ at, ms, error }) => (first = error === undefined ? Math.min(first, at + ms) : first))
    .toReversed()
  return answers.reduce<Outage[]>(
    (sofar, { at, error }, index) =>
      error === undefined || at < (sofar.at(-1)?.to ?? -Infinity) ? sofar : [...sofar, { from: at, to: ends[index]! }],
    [],
  )
}

export function longestOutage(all: Outage[]): Outage | undefined {
  return all.toSorted((one, other) => other.to - other.from - (one.to - one.from))[0]
}
