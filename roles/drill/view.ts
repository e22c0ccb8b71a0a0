import { exitCodes } from '../../runner/errors.js'
import type { TaskEvent } from '../../runner/engine/events.js'
import type { EventView, PlainOptions, RunVerdict } from '../../runner/ui/event-view.js'
import { figuresOf } from '../../runner/ui/figures.js'
import { resultText } from '../../runner/ui/plain.js'
import type { Style } from '../../runner/ui/style.js'
import type { Tally } from '../../runner/ui/tally.js'
import { counted, oneLine, pad, widest } from '../../runner/ui/text.js'
import type { DrillRoundEvent, ProbeFigures } from './events.js'

/** Shows the rounds of a drill in a terminal, and how the drill ended. */
export const drillView: EventView = {
  plainLines: (event, options) => (event.event === 'drill-round' ? roundLines(event, options) : []),
  summaryLines: (tally, style) => drillLines(roundsIn(tally), tally.tasks, style),
  verdict(tally, usual) {
    const { tasks, summary } = tally
    if (tasks.length === 0 || tasks.some(({ role }) => role !== 'drill')) return undefined
    return summary?.exit === exitCodes.ok || summary?.exit === exitCodes.failed
      ? verdictOf(summary.exit, roundsIn(tally).length)
      : usual
  },
}

function roundsIn({ events }: Tally): DrillRoundEvent[] {
  return events.filter(event => event.event === 'drill-round')
}

function verdictOf(exit: number, rounds: number): RunVerdict {
  if (exit === exitCodes.failed) return { verdict: 'drill failed', tone: 'bad' }
  if (rounds === 0) return { verdict: 'not drilled', tone: 'careful' }
  return { verdict: `drilled, ${counted(rounds, 'round')}`, heading: 'drill passed', tone: 'good' }
}

/** A finished round as one line. */
function roundLines(event: DrillRoundEvent, { style, verbosity, nameWidth }: PlainOptions): string[] {
  const { cluster, fault, node, round, rounds, status } = event
  if (verbosity < 0 && status === 'ok') return []
  const turn = rounds === 1 ? '' : `, round ${round} of ${rounds}`
  return [resultText(`${pad(cluster, nameWidth)}  drill: ${fault} of ${node}${turn}`, status, roundText(event), style)]
}

/** `170 ms`, `2.21 s`, `14.2 s`: more digits than three would be noise. */
function span(ms: number): string {
  if (ms < 1000) return `${ms} ms`
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
}

/** A round's result in one line: `outage 2.21 s, 52 of 312 requests failed, went to node2`. */
function roundText({
  probe,
  probes,
  outage_ms: outage,
  failed_requests: failed,
  requests,
  moved_to: to,
  promotions = [],
  duplicate_address_ms: twice,
  fenced,
  fenced_ms: fencedAfter,
  address_free_ms: free,
}: DrillRoundEvent): string {
  return [
    outage === 0 ? 'no outage' : `outage ${span(outage)}${probe === undefined ? '' : ` of ${probe}`}`,
    `${failed} of ${counted(requests, 'request')} failed`,
    ...(fenced === undefined
      ? []
      : [`${fenced} fenced${fencedAfter === undefined ? '' : ` after ${span(fencedAfter)}`}`]),
    ...(free === undefined || free === 0 ? [] : [`address free for ${span(free)}`]),
    ...(to === undefined ? [] : [`went to ${to}`]),
    ...promotions.map(promotionText),
    ...(probes === undefined || probes.length < 2 ? [] : [`each: ${probes.map(probeText).join(', ')}`]),
    ...(twice > 0
      ? [`two nodes had the address for ${span(twice)}`]
      : fenced === undefined
        ? []
        : ['never on two nodes']),
  ].join(', ')
}

/** `DB promoted on node2` */
function promotionText({ resource, to }: NonNullable<DrillRoundEvent['promotions']>[number]): string {
  return `${resource} promoted on ${to}`
}

/** `dns 310 ms` */
function probeText({ probe, outage_ms: outage }: ProbeFigures): string {
  return `${probe} ${outage === 0 ? 'none' : span(outage)}`
}

const titles = [
  'fault',
  'node',
  'outage',
  'began',
  'failed',
  'noticed',
  'started',
  'answered',
  'went to',
  'came back',
  'fenced after',
  'address free for',
  'both held',
]

/** The rounds as a table with times since the fault, the spread of the outages of several rounds, and remarks. */
function drillLines(rounds: DrillRoundEvent[], tasks: TaskEvent[], style: Style): string[] {
  if (rounds.length === 0) return []
  const rows = rounds.map(cells)
  const widths = titles.map((title, at) => widest([title, ...rows.map(row => row[at]!)]))
  const line = (row: string[]) =>
    row
      .map((cell, at) => pad(cell, widths[at]!))
      .join('  ')
      .trimEnd()
  const remarks = tasks.flatMap(({ status, effects = [] }) => (status === 'ok' ? effects : []))
  return [
    style.strong('Drill'),
    `  ${style.quiet(line(titles))}`,
    ...rounds.map((round, at) => `  ${round.status === 'ok' ? line(rows[at]!) : style.bad(line(rows[at]!))}`),
    ...probeLines(rounds),
    ...promotionLines(rounds),
    ...(rounds.length > 1 ? [`  ${spread(rounds.map(({ outage_ms: ms }) => ms))}`] : []),
    ...[...new Set(remarks)].map(remark => `  ${oneLine(remark)}`),
  ]
}

function cells(round: DrillRoundEvent): string[] {
  const time = (ms: number | undefined) => (ms === undefined ? '-' : span(ms))
  return [
    round.fault,
    round.node,
    round.outage_ms === 0 ? 'none' : span(round.outage_ms),
    time(round.outage_at_ms),
    `${round.failed_requests}/${round.requests}`,
    time(round.detected_ms),
    time(round.started_ms),
    time(round.answered_ms),
    round.moved_to ?? '-',
    round.moved_to === undefined ? '-' : round.returned ? 'yes' : 'no',
    fencedText(round),
    round.address_free_ms === 0 ? 'never' : time(round.address_free_ms),
    round.duplicate_address_ms === 0 ? 'never' : span(round.duplicate_address_ms),
  ]
}

/** The longest outage of each probe in all rounds, if several were asked: `longest outage of each probe: dns 310 ms, page 2.21 s` */
function probeLines(rounds: DrillRoundEvent[]): string[] {
  const figures = rounds.flatMap(({ probes = [] }) => probes)
  const names = [...new Set(figures.map(({ probe }) => probe))]
  if (names.length < 2) return []
  const longest = names.map(name =>
    figures
      .filter(({ probe }) => probe === name)
      .reduce((one, other) => (other.outage_ms > one.outage_ms ? other : one)),
  )
  return [`  longest outage of each probe: ${longest.map(probeText).join(', ')}`]
}

/** Where resources were promoted in the rounds: `promoted: DB on node2 (before: node1)` */
function promotionLines(rounds: DrillRoundEvent[]): string[] {
  const texts = rounds
    .flatMap(({ promotions = [] }) => promotions)
    .map(({ resource, from, to }) => `${resource} on ${to}${from === undefined ? '' : ` (before: ${from})`}`)
  return texts.length === 0 ? [] : [`  promoted: ${texts.join(', ')}`]
}

/** `node2 6.52 s` */
function fencedText({ fenced, fenced_ms: after, fencing_failed_ms: failedAfter }: DrillRoundEvent): string {
  if (fenced !== undefined) return [fenced, ...(after === undefined ? [] : [span(after)])].join(' ')
  return failedAfter === undefined ? '-' : `failed ${span(failedAfter)}`
}

/** `outage of 3 rounds: min 1.90 s, median 2.21 s, max 2.60 s` */
function spread(outages: number[]): string {
  const { min, median, max } = figuresOf(outages)
  return `outage of ${counted(outages.length, 'round')}: min ${span(min)}, median ${span(Math.round(median))}, max ${span(max)}`
}
