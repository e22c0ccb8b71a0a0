import type { DrillAnswers, DrillRound } from './drill-events.js'
import type { AnyEvent } from '../ui/visible.js'

/** A round of a drill, with the answers that visitors got, if they were reported. */
export interface Round {
  /** With several probes, the outage and the requests are those of the worst one. */
  result: DrillRound
  answers: DrillAnswers['answers']
  marks: DrillAnswers['marks']
  /** The same round as the other probes have measured it. */
  others: Omit<Round, 'others'>[]
}

/** The rounds of a cluster's drills. If several drills have rounds of the same number, the answers belong to them in their order. */
export function roundsOf(events: readonly AnyEvent[], cluster: string): Round[] {
  const reported = events.filter(event => event.event === 'drill-answers').filter(event => event.cluster === cluster)
  const taken = new Set<DrillAnswers>()
  return events.flatMap(event => {
    if (event.event !== 'drill-round' || event.cluster !== cluster) return []
    const take = (probe: string | undefined) => {
      const found = reported.find(each => each.round === event.round && each.probe === probe && !taken.has(each))
      if (found) taken.add(found)
      return found
    }
    const found = take(event.probe)
    const marks = marksOf(event, found?.marks ?? [])
    const others = (event.probes ?? []).filter(({ probe }) => probe !== event.probe)
    return {
      result: event,
      answers: found?.answers ?? [],
      marks,
      others: others.map(({ outage_at_ms, ...figures }) => ({
        result: { ...event, ...figures, outage_at_ms },
        answers: take(figures.probe)?.answers ?? [],
        marks,
      })),
    }
  })
}

/** The marks that were reported, and the times of the round itself that none of them has. */
function marksOf(
  { fault, node, probe, detected_ms, started_ms, answered_ms, moved_to }: DrillRound,
  reported: Round['marks'],
): Round['marks'] {
  const own = [
    { at: 0, text: `${fault} on ${node}` },
    { at: detected_ms, text: 'the other nodes noticed' },
    { at: started_ms, text: `resources started${moved_to === undefined ? '' : ` on ${moved_to}`}` },
    {
      at: answered_ms,
      text: `${probe === undefined ? 'the page' : `the probe ${probe}`} answered${moved_to === undefined ? '' : ` from ${moved_to}`}`,
    },
  ].flatMap(({ at, text }) =>
    at === undefined || reported.some(mark => Math.round(mark.at) === Math.round(at)) ? [] : { at, text },
  )
  return [...reported, ...own].toSorted((one, other) => one.at - other.at)
}

/** A time without answers, in ms after the fault: from the first request that failed to the first good answer after it. */
export interface OutageSpan {
  from: number
  to: number
  /** The outage of the round's result. */
  longest: boolean
}

/**
 * All outages of a round, the longest first. The longest has the length that the drill reports, so that picture and table agree; an
 * outage that starts within it is a part of it.
 */
export function outagesOf({ answers, result }: Pick<Round, 'answers' | 'result'>): OutageSpan[] {
  const found: { from: number; to: number }[] = []
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
  if (from !== undefined) found.push({ from, to: last })
  const worst = found.toSorted((one, other) => other.to - other.from - (one.to - one.from))[0]
  if (!worst) return []
  const longest = {
    from: worst.from,
    to: result.outage_ms > 0 ? worst.from + result.outage_ms : worst.to,
    longest: true,
  }
  const others = found.filter(outage => outage !== worst && (outage.from < longest.from || outage.from > longest.to))
  return [longest, ...others.map(outage => ({ ...outage, longest: false }))]
}
