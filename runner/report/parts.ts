import type { Status } from '../engine/events.js'
import type { Tone } from '../ui/event-view.js'
import { clip, oneLine } from '../ui/text.js'
import { html, type Content, type Markup } from './html.js'

/** Small pieces that every section of the page is made of. */

/** Widths in pixels that pictures are drawn for: a desktop's, and a phone's. */
export const widths = { wide: 832, narrow: 328 } as const

/** A picture, drawn once for wide screens and once for narrow ones; the style shows one of them. */
export function redrawn(draw: (width: number) => Markup): Markup {
  return html`<div class="wide">${draw(widths.wide)}</div><div class="narrow">${draw(widths.narrow)}</div>`
}

const looks: Record<Status, { word: string; symbol: string; tone: Tone | 'quiet' }> = {
  ok: { word: 'ok', symbol: '✔', tone: 'good' },
  changed: { word: 'changed', symbol: '△', tone: 'careful' },
  'would-change': { word: 'would change', symbol: '△', tone: 'careful' },
  unknown: { word: 'unknown', symbol: '?', tone: 'careful' },
  skipped: { word: 'skipped', symbol: '–', tone: 'quiet' },
  warning: { word: 'warning', symbol: '!', tone: 'careful' },
  failed: { word: 'failed', symbol: '✖', tone: 'bad' },
  unreachable: { word: 'unreachable', symbol: '✖', tone: 'bad' },
}

/** A status by word, symbol and colour, so that none of them has to be seen. */
export function badge(status: Status): Markup {
  const { word, symbol, tone } = looks[status]
  return html`<span class="status ${tone}"><span aria-hidden="true">${symbol}</span> ${word}</span>`
}

/** A titled part of a page; nothing where there is nothing in it. */
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

/** A table that scrolls in a box of its own where it is wider than the page. @param name - for those who do not see it. */
export function wideTable(name: string, head: Content[], rows: Content[][]): Markup {
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table>
<thead><tr>${head.map(cell => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(([first, ...others]) => html`<tr><th scope="row">${first}</th>${others.map(cell => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>
`
}

/** The most that is shown of one line that came from a node, and of an output's lines. */
const longestLine = 800
const mostLines = 200

/** A text of a node's, on one line and not without end. */
export function short(text: string, length = longestLine): string {
  return clip(oneLine(text), length, '…')
}

/** All of them: a page has room where a terminal has not. */
export function everyone(names: Iterable<string>): string {
  return short([...new Set(names)].join(', '))
}

/** A sentence of ours, in which commands stand between backticks. */
export function prose(text: string): Content {
  const parts = short(text).split('`')
  // An odd one belongs to no pair.
  if (parts.length % 2 === 0) return short(text)
  return parts.map((part, index) => index % 2 === 0 ? part : html`<code>${part}</code>`)
}

/** The last lines of a text, each not without end. */
export function lastOf(lines: string[]): string {
  const left = lines.length - mostLines
  const shown = lines.slice(-mostLines).map(line => clip(line, longestLine, '…'))
  return [...(left > 0 ? [`… ${left} lines before`] : []), ...shown].join('\n')
}

/** `2143 ms`, `12.4 s`. */
export function duration(ms: number): string {
  return Math.abs(ms) < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
