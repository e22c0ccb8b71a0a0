import type { Status } from '../engine/events.js'
import type { Tone } from '../ui/event-view.js'
import { clip, oneLine } from '../ui/text.js'
import { html, type Content, type Markup } from './html.js'

/** Parts that all sections of the page are made of. */

/** The widths of pictures in pixels: for a desktop, and for a phone. */
export const widths = { wide: 832, narrow: 328 } as const

/** A picture, drawn for wide and for narrow screens; the style shows one of them. */
export function responsive(draw: (width: number) => Markup): Markup {
  return html`<div class="wide">${draw(widths.wide)}</div><div class="narrow">${draw(widths.narrow)}</div>`
}

const badges: Record<Status, { word: string; symbol: string; tone: Tone | 'quiet' }> = {
  ok: { word: 'ok', symbol: '✔', tone: 'good' },
  changed: { word: 'changed', symbol: '△', tone: 'careful' },
  'would-change': { word: 'would change', symbol: '△', tone: 'careful' },
  unknown: { word: 'unknown', symbol: '?', tone: 'careful' },
  skipped: { word: 'skipped', symbol: '–', tone: 'quiet' },
  warning: { word: 'warning', symbol: '!', tone: 'careful' },
  failed: { word: 'failed', symbol: '✖', tone: 'bad' },
  unreachable: { word: 'unreachable', symbol: '✖', tone: 'bad' },
}

/** A status as word, symbol and colour: each is enough to recognize it. */
export function badge(status: Status): Markup {
  const { word, symbol, tone } = badges[status]
  return html`<span class="status ${tone}"><span aria-hidden="true">${symbol}</span> ${word}</span>`
}

/** A section with a title; undefined if it has no content. */
export function section(title: string, contents: Content[], kind = ''): Markup | undefined {
  if (contents.every(content => content === undefined || content === false)) return undefined
  return html`<section${kind !== '' && html` class="${kind}"`}>
<h3>${title}</h3>
${contents}
</section>
`
}

export function folded(summary: Content, contents: Content, open = false): Markup {
  return html`<details${open && html` open="open"`}><summary>${summary}</summary>
${contents}
</details>
`
}

/** A table that scrolls by itself if it is wider than the page. @param name - the text for screen readers. */
export function wideTable(name: string, head: Content[], rows: Content[][]): Markup {
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table>
<thead><tr>${head.map(cell => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(([first, ...others]) => html`<tr><th scope="row">${first}</th>${others.map(cell => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>
`
}

/** Limits for text from nodes: characters of a line, and lines of an output. */
const maxLineLength = 800
const maxLines = 200

/** Text from a node, on one line of limited length. */
export function short(text: string, length = maxLineLength): string {
  return clip(oneLine(text), length, '…')
}

/** All names: a page has room for them, a terminal has not. */
export function allNames(names: Iterable<string>): string {
  return short([...new Set(names)].join(', '))
}

/** A sentence of ha-run, with commands between backticks. */
export function prose(text: string): Content {
  const parts = short(text).split('`')
  // A backtick without its pair is text.
  if (parts.length % 2 === 0) return short(text)
  return parts.map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))
}

/** The last lines of a text, each of limited length. */
export function lastOf(lines: string[]): string {
  const left = lines.length - maxLines
  const shown = lines.slice(-maxLines).map(line => clip(line, maxLineLength, '…'))
  return [...(left > 0 ? [`… ${left} lines before`] : []), ...shown].join('\n')
}

/** `2143 ms`, `12.4 s`. */
export function durationText(ms: number): string {
  return Math.abs(ms) < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
