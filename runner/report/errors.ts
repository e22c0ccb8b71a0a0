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
${error.command !== undefined && html`<pre tabindex="0">$ ${lastOf(linesOf(error.command))}</pre>`}${error.output?.trim() && html`<pre tabindex="0">${lastOf(linesOf(error.output.trimEnd()))}</pre>`}
${error.hint !== undefined && html`<p class="hint"><span aria-hidden="true">→</span> ${prose(error.hint)}</p>`}
</article>
`,
    ),
  )
}
