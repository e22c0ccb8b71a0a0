import { shareErrors } from '../ui/failure.js'
import { linesOf } from '../ui/text.js'
import type { AnyEvent } from '../ui/visible.js'
import { html, type Content } from './html.js'
import { allNames, lastOf, prose, section, short } from './parts.js'

/** All errors, equal ones once: nodes, task, message, command, the end of its output, and the hint. */
export function errors(events: AnyEvent[]): Content {
  return section(
    'Errors',
    shareErrors(events).map(
      ({ who, what, error }) => html`<article class="error">
<h4>${short([allNames(who), what].filter(Boolean).join('  '))}</h4>
<p class="bad message">${lastOf(linesOf(error.message))}</p>
${error.command !== undefined && command(error.command)}${error.output?.trim() && html`<pre tabindex="0">${lastOf(linesOf(error.output.trimEnd()))}</pre>`}
${error.hint !== undefined && html`<p class="hint"><span aria-hidden="true">→</span> ${prose(error.hint)}</p>`}
</article>
`,
    ),
  )
}

/** The command; a script is folded, so that the end of its output stands below the message. */
function command(text: string): Content {
  const lines = linesOf(text)
  if (lines.length === 1) return html`<pre tabindex="0">$ ${lastOf(lines)}</pre>`
  return html`<details><summary>script of ${lines.length} lines</summary><pre tabindex="0">${lastOf(lines)}</pre></details>`
}
