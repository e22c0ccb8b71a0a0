import { figuresOf } from '../ui/figures.js'
import { html, type Content, type Markup } from './html.js'
import { distribution, figuresText } from './distribution.js'
import { badge, durationText, folded, responsive, short, wideTable } from './parts.js'
import type { Round } from './rounds.js'
import { timeline } from './timeline.js'

/**
 * The results of a drill: its figures, the spread of its outages, the answers of each round, and a table of all numbers.
 *
 * @param remarks - what the drill reports beside them, as sentences.
 */
export function drillParts(
  rounds: readonly Round[],
  remarks: readonly string[],
  colours: ReadonlyMap<string, string>,
): Content[] {
  if (rounds.length === 0) return []
  const worst = rounds.reduce((longest, round) => (round.result.outage_ms > longest.result.outage_ms ? round : longest))
  return [
    figures(rounds),
    rounds.length > 1 && spreadFigure(rounds),
    ...rounds.map(round =>
      folded(roundTitle(round), roundFigures(round, colours), round === worst || round.result.status === 'failed'),
    ),
    roundsTable(rounds),
    remarks.length > 0 &&
      html`<ul class="effects">${remarks.map(remark => html`<li>${short(remark)}</li>`)}</ul>
`,
  ]
}

/** The most important numbers. */
function figures(rounds: readonly Round[]): Markup {
  const results = rounds.map(({ result }) => result)
  const { median, max } = figuresOf(results.map(({ outage_ms }) => outage_ms))
  const sum = (of: (result: Round['result']) => number) => results.reduce((total, result) => total + of(result), 0)
  const passed = results.filter(({ status }) => status === 'ok').length
  const twice = Math.max(...results.map(({ duplicate_address_ms }) => duplicate_address_ms))
  const shown: [string, string][] = [
    ...(rounds.length > 1
      ? ([
          ['longest outage', durationText(max)],
          ['median outage', durationText(median)],
        ] as [string, string][])
      : ([['outage', durationText(max)]] as [string, string][])),
    ['rounds passed', `${passed} of ${results.length}`],
    ['requests failed', `${sum(({ failed_requests }) => failed_requests)} of ${sum(({ requests }) => requests)}`],
    ['address on two nodes', twice === 0 ? 'never' : `for ${durationText(twice)}`],
  ]
  const alarming = (term: string) =>
    term === 'address on two nodes' ? twice > 0 : term === 'rounds passed' && passed < results.length
  return html`<dl class="figures">${shown.map(([term, text]) => html`<div><dt>${term}</dt><dd${alarming(term) && html` class="bad"`}>${text}</dd></div>`)}</dl>
`
}

function spreadFigure(rounds: readonly Round[]): Markup {
  const label = `Outages of ${rounds.length} rounds: ${figuresText(figuresOf(rounds.map(({ result }) => result.outage_ms)))}`
  return html`<figure class="distribution">
${responsive(width => distribution(rounds, label, width))}
<figcaption>Outages by fault: a dot for each round, a cross for a failed one; the vertical line is the median.</figcaption>
</figure>
`
}

function roundTitle({ result: { round, rounds, fault, node, outage_ms, probe, status } }: Round): Markup {
  return html`${badge(status)} Round ${round} of ${rounds}: ${short(fault, 60)} on ${short(node, 60)}, outage ${durationText(outage_ms)}${probe !== undefined && html` of ${short(probe, 60)}`}`
}

/** A picture for each probe, the worst first: reason and marks are those of the round. */
function roundFigures(round: Round, colours: ReadonlyMap<string, string>): Markup {
  return html`${roundFigure(round, colours)}${round.others.map(other => roundFigure(other, colours, false))}`
}

function roundFigure(round: Omit<Round, 'others'>, colours: ReadonlyMap<string, string>, isWorst = true): Markup {
  const { result, answers, marks } = round
  const asked = result.probe === undefined ? undefined : short(`Probe ${result.probe}:`, 80)
  const label = `${asked === undefined ? 'Answers' : `${asked} answers`} of round ${result.round}: ${result.requests} requests, ${result.failed_requests} failed, outage ${durationText(result.outage_ms)}`
  return html`<figure class="timeline">
${isWorst && result.reason !== undefined && html`<p class="bad">${short(result.reason)}</p>`}
${answers.length > 0 && responsive(width => timeline(round, colours, label, width))}
<figcaption>${asked !== undefined && `${asked} `}${answers.length > 0 && 'Each stroke is a request, in the lane of the node that answered it. A line leads to a late answer. The axis shows seconds after the fault. '}${result.requests} requests, ${result.failed_requests} failed.</figcaption>
${isWorst && html`<ol class="marks">${marks.map(({ at, text }) => html`<li><b>${durationText(at)}</b> ${short(text, 400)}</li>`)}</ol>`}
</figure>`
}

function roundsTable(rounds: readonly Round[]): Markup {
  const head = [
    'Round',
    'Result',
    'Drilled',
    'Outage',
    'Failed',
    'Noticed',
    'Started',
    'Answered',
    'Went to',
    'Fenced after',
    'Address free for',
    'Both held',
  ]
  const moment = (ms: number | undefined) => (ms === undefined ? '–' : durationText(ms))
  return wideTable(
    'Figures of all rounds',
    head,
    rounds.map(({ result }) => [
      result.round,
      badge(result.status),
      `${short(result.fault, 60)} on ${short(result.node, 60)}`,
      durationText(result.outage_ms),
      `${result.failed_requests} of ${result.requests}`,
      moment(result.detected_ms),
      moment(result.started_ms),
      moment(result.answered_ms),
      `${short(result.moved_to ?? '–', 60)}${result.returned ? ', and back' : ''}`,
      fencedText(result),
      result.address_free_ms === 0 ? 'never' : moment(result.address_free_ms),
      result.duplicate_address_ms === 0
        ? 'never'
        : html`<span class="bad">${durationText(result.duplicate_address_ms)}</span>`,
    ]),
  )
}

/** Which node was fenced, and when; or when fencing failed. */
function fencedText({ fenced, fenced_ms: after, fencing_failed_ms: failedAfter }: Round['result']): Content {
  if (fenced !== undefined) return html`${short(fenced, 60)}${after !== undefined && `, ${durationText(after)}`}`
  return failedAfter === undefined ? '–' : html`<span class="bad">failed, ${durationText(failedAfter)}</span>`
}
