import type { AddressPeriod } from './address-periods.js'
import type { DrillAnswersEvent, ProbeFigures } from './events.js'
import { longestOutage, outages, type Answers, type Outage } from './outage.js'

/** The answers to one declared probe. */
export interface ProbeAnswers {
  probe: string
  answers: Answers
}

/**
 * The answers with the node that had the address when each arrived, where the answer itself does not name one.
 *
 * @param periods - when each node had the address, by the same clock.
 */
export function withOwners(answers: Answers, periods: (AddressPeriod & { node: string })[]): Answers {
  return answers.map(answer => {
    if (answer.node !== undefined || answer.error !== undefined) return answer
    const moment = answer.at + answer.ms
    const owners = new Set(periods.filter(({ from, to }) => from <= moment && to >= moment).map(({ node }) => node))
    return owners.size === 1 ? { ...answer, node: [...owners][0] } : answer
  })
}

/** The probe with the longest outage. @param probes - one or more. */
export function worstProbe(probes: ProbeAnswers[]): ProbeAnswers {
  const length = ({ answers }: ProbeAnswers) => lengthOf(longestOutage(outages(answers)))
  return probes.reduce((worst, probe) => (length(probe) > length(worst) ? probe : worst))
}

/** @returns milliseconds. */
export function lengthOf(outage: Outage | undefined): number {
  return outage ? Math.round(outage.to - outage.from) : 0
}

export function figuresOf({ probe, answers }: ProbeAnswers): ProbeFigures {
  const longest = longestOutage(outages(answers))
  return {
    probe,
    outage_ms: lengthOf(longest),
    ...(longest && { outage_at_ms: Math.round(longest.from) }),
    failed_requests: answers.filter(({ error }) => error !== undefined).length,
    requests: answers.length,
  }
}

export function roundedAnswers(answers: Answers): DrillAnswersEvent['answers'] {
  return answers.map(({ at, ms, node, error }) => ({ at: Math.round(at), ms: Math.round(ms), node, error }))
}
