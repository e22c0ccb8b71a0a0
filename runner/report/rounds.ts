import type { DrillAnswers, DrillRound } from './drill-events.js'
import type { AnyEvent } from '../ui/visible.js'

/** A round of a drill, with what visitors saw of it where that was told. */
export interface Round {
  result: DrillRound
  answers: DrillAnswers['answers']
  marks: DrillAnswers['marks']
}

/** The rounds of a cluster's drill. Where several drills number their rounds alike, the answers go by their order. */
export function roundsOf(events: readonly AnyEvent[], cluster: string): Round[] {
  const told = events.filter(event => event.event === 'drill-answers').filter(event => event.cluster === cluster)
  const taken = new Set<DrillAnswers>()
  return events.flatMap(event => {
    if (event.event !== 'drill-round' || event.cluster !== cluster) return []
    const seen = told.find(each => each.round === event.round && !taken.has(each))
    if (seen) taken.add(seen)
    return { result: event, answers: seen?.answers ?? [], marks: marksOf(event, seen?.marks ?? []) }
  })
}

/** What was told to have happened, and the round's own times where none of that stands at the same one. */
function marksOf({ fault, node, detected_ms, started_ms, answered_ms, moved_to }: DrillRound, told: Round['marks']): Round['marks'] {
  const own = [
    { at: 0, text: `${fault} on ${node}` },
    { at: detected_ms, text: 'the other nodes noticed' },
    { at: started_ms, text: `resources started${moved_to === undefined ? '' : ` on ${moved_to}`}` },
    { at: answered_ms, text: `the page answered${moved_to === undefined ? '' : ` from ${moved_to}`}` },
  ].flatMap(({ at, text }) => at === undefined || told.some(mark => Math.round(mark.at) === Math.round(at)) ? [] : { at, text })
  return [...told, ...own].toSorted((one, other) => one.at - other.at)
}

/** A time in which visitors got no answer: from the first request that failed to the first good answer after it. */
export interface Outage {
  from: number
  to: number
  /** The one that the round is judged by. */
  longest: boolean
}

/**
 * All of them, the longest first. That has the drill's own figure, so that picture and table say the same; what began
 * within it, since an answer came late, is part of it.
 */
export function outagesOf({ answers, result }: Round): Outage[] {
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
  const longest = { from: worst.from, to: result.outage_ms > 0 ? worst.from + result.outage_ms : worst.to, longest: true }
  const others = found.filter(outage => outage !== worst && (outage.from < longest.from || outage.from > longest.to))
  return [longest, ...others.map(outage => ({ ...outage, longest: false }))]
}
