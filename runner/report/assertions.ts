import type { AssertionEvent, Status } from '../engine/events.js'
import { counted, grouped } from '../ui/text.js'
import { html, type Content, type Markup } from './html.js'
import { badge, everyone, folded, prose, section, short } from './parts.js'

/** What needs somebody first. */
const order: Status[] = ['unreachable', 'failed', 'warning', 'changed', 'would-change', 'ok', 'unknown', 'skipped']

/**
 * The assertions as a table: how each came out, what it says, what was seen, and what to do about it.
 *
 * @param earlier - those of `all` that were made again later: they are folded.
 */
export function assertions(all: readonly AssertionEvent[], earlier: ReadonlySet<AssertionEvent>): Content {
  const before = all.filter(event => earlier.has(event))
  return all.length === 0 ? undefined : section('Assertions', [
    ...results(all.filter(event => !earlier.has(event))),
    before.length > 0 && folded(`${counted(before.length, 'assertion')} before the drill`, results(before)),
  ])
}

function results(all: readonly AssertionEvent[]): Content[] {
  // Nobody looked: a plan that changes something, or a run that failed before.
  const isOpen = ({ status }: AssertionEvent) => status === 'unknown' || status === 'skipped'
  const seen = all.filter(event => !isOpen(event)).toSorted((one, other) => order.indexOf(one.status) - order.indexOf(other.status))
  const rows = grouped(seen, event => JSON.stringify([event.task, event.status, seenText(event)]))
  return [
    rows.length > 0 && html`<table class="assertions" role="table">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Result</th><th role="columnheader" scope="col">Assertion</th><th role="columnheader" scope="col">Evidence</th></tr></thead>
<tbody role="rowgroup">
${rows.map(row)}</tbody>
</table>
`,
    ...grouped(all.filter(isOpen), event => JSON.stringify([event.status, seenText(event)])).map(group => html`<p class="remark">${badge(group[0]!.status)}
<span><b>${counted(group.length, 'assertion')}</b> ${short(seenText(group[0]!))}</span></p>
`),
  ]
}

function row(group: AssertionEvent[]): Markup {
  const first = group[0]!
  const { status, task, meaning, hint } = first
  const where = everyone(group.flatMap(({ host }) => host ?? []))
  return html`<tr role="row" class="${status}"><td role="cell">${badge(status)}</td>
<th role="rowheader" scope="row">${short(task, 300)}${meaning !== undefined && html`<span class="meaning">${prose(meaning)}</span>`}</th>
<td role="cell">${short(seenText(first))}${where !== '' && html` <span class="where">on ${where}</span>`}${status !== 'ok' && hint !== undefined && html`<span class="hint"><span aria-hidden="true">→</span> ${prose(hint)}</span>`}</td></tr>
`
}

function seenText({ evidence, error }: AssertionEvent): string {
  return evidence ?? error?.message ?? ''
}
