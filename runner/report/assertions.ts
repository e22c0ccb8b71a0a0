import type { AssertionEvent, Status } from '../engine/events.js'
import { counted, grouped } from '../ui/text.js'
import { html, type Content, type Markup } from './html.js'
import { badge, allNames, folded, prose, section, short } from './parts.js'

/** The order of the results: problems first. */
const order: Status[] = ['unreachable', 'failed', 'warning', 'changed', 'would-change', 'ok', 'unknown', 'skipped']

/**
 * The assertions as a table: result, name, evidence and hint.
 *
 * @param earlier - those of `all` that were checked again later: they are folded.
 */
export function assertions(all: readonly AssertionEvent[], earlier: ReadonlySet<AssertionEvent>): Content {
  const before = all.filter(event => earlier.has(event))
  return all.length === 0
    ? undefined
    : section('Assertions', [
        ...results(all.filter(event => !earlier.has(event))),
        before.length > 0 && folded(`${counted(before.length, 'assertion')} before the drill`, results(before)),
      ])
}

function results(all: readonly AssertionEvent[]): Content[] {
  // In a plan that changes something, and in a run that has failed before.
  const wasNotChecked = ({ status }: AssertionEvent) => status === 'unknown' || status === 'skipped'
  const checked = all
    .filter(event => !wasNotChecked(event))
    .toSorted((one, other) => order.indexOf(one.status) - order.indexOf(other.status))
  const rows = grouped(checked, event => JSON.stringify([event.task, event.status, evidenceOf(event)]))
  return [
    rows.length > 0 &&
      html`<table class="assertions" role="table">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Result</th><th role="columnheader" scope="col">Assertion</th><th role="columnheader" scope="col">Evidence</th></tr></thead>
<tbody role="rowgroup">
${rows.map(row)}</tbody>
</table>
`,
    ...grouped(all.filter(wasNotChecked), event => JSON.stringify([event.status, evidenceOf(event)])).map(
      group => html`<p class="remark">${badge(group[0]!.status)}
<span><b>${counted(group.length, 'assertion')}</b> ${short(evidenceOf(group[0]!))}</span></p>
`,
    ),
  ]
}

function row(group: AssertionEvent[]): Markup {
  const first = group[0]!
  const { status, task, meaning, hint } = first
  const where = allNames(group.flatMap(({ host }) => host ?? []))
  return html`<tr role="row" class="${status}"><td role="cell">${badge(status)}</td>
<th role="rowheader" scope="row">${short(task, 300)}${meaning !== undefined && html`<span class="meaning">${prose(meaning)}</span>`}</th>
<td role="cell">${short(evidenceOf(first))}${where !== '' && html` <span class="where">on ${where}</span>`}${status !== 'ok' && hint !== undefined && html`<span class="hint"><span aria-hidden="true">→</span> ${prose(hint)}</span>`}</td></tr>
`
}

function evidenceOf({ evidence, error }: AssertionEvent): string {
  return evidence ?? error?.message ?? ''
}
