import type { Difference } from '../tasks/difference.js'
import { isLong, shownAlike, sideTexts, unifiedDiff } from '../ui/difference.js'
import { clip } from '../ui/text.js'
import { html, type Markup } from './html.js'
import { folded, short } from './parts.js'

/** A unified diff of more lines is folded, and cut after the second number. */
const openLines = 24
const maxLines = 400
const longestLine = 500

/** Differences with subject, both sides, and how the change takes effect. */
export function differenceItems(differences: readonly Difference[]): Markup | undefined {
  if (differences.length === 0) return undefined
  return html`<ul class="differences">
${differences.map(difference => html`<li>${isLong(difference) ? longDifference(difference) : shortDifference(difference)}</li>\n`)}</ul>
`
}

function shortDifference(difference: Difference): Markup {
  const sides = sideTexts(difference)
  const change = sides
    ? html`<del>${short(sides[0])}</del> <span aria-hidden="true">→</span> <ins>${short(sides[1])}</ins>`
    : short(shownAlike(difference.from))
  return html`<span class="subject">${short(difference.subject)}</span> ${change}${noteOf(difference.note)}`
}

function longDifference(difference: Difference): Markup {
  const { body } = unifiedDiff(difference)
  const shown = body.slice(0, maxLines).map(patchLine)
  const left = body.length - shown.length
  const absent =
    difference.from === undefined ? ' (absent before)' : difference.to === undefined ? ' (absent after)' : ''
  const heading = html`<span class="subject">${short(difference.subject)}</span>${absent}${noteOf(difference.note)}`
  // Each line is a block of its own, so no line breaks stand between them.
  const lines = html`<pre class="diff" tabindex="0">${shown}${left > 0 && html`<span class="hunk">… ${left} lines more</span>`}</pre>`
  return body.length > openLines
    ? folded(html`${heading} <span class="quiet">${body.length} lines</span>`, lines)
    : html`${heading}${lines}`
}

function noteOf(note: string | undefined): Markup | undefined {
  return note === undefined ? undefined : html` <span class="note">${short(note)}</span>`
}

function patchLine(text: string): Markup {
  const kinds: Record<string, string> = { '@': 'hunk', '-': 'out', '+': 'in' }
  return html`<span class="${kinds[text[0] ?? ''] ?? 'same'}">${clip(text, longestLine, '…')}\n</span>`
}
