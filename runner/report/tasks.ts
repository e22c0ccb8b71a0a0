import type { TaskEvent } from '../engine/events.js'
import { remarkKinds, shareRemarks, tasksText } from '../ui/final-summary.js'
import { shareDifferences, type SharedDifferences } from '../ui/difference.js'
import { counted, grouped, names, secondsText } from '../ui/text.js'
import { differenceItems } from './differences.js'
import { html, type Content, type Markup } from './html.js'
import { badge, allNames, folded, prose, section, short, wideTable } from './parts.js'

/** The tasks that changed something, or would: each once, with the nodes on which it found the same differences. */
export function changes(tasks: readonly TaskEvent[]): Content[] {
  return (['changed', 'would-change'] as const).map(status => {
    const shared = shareDifferences(tasks.filter(event => event.status === status))
    return section(status === 'changed' ? 'Changed' : 'Would change', shared.map(changeItem), 'changes')
  })
}

function changeItem({ hosts, role, task, differences, effects }: SharedDifferences): Markup {
  return html`<article>
<h4>${short(role, 60)}: ${short(task, 300)} <span class="where">${allNames(hosts)}</span></h4>
${differenceItems(differences)}${effects.length > 0 && html`<ul class="effects">${effects.map(effect => html`<li>${short(effect)}</li>`)}</ul>`}
</article>
`
}

/** Tasks that are unknown, were skipped or have warnings: each reason once. */
export function remarks(tasks: readonly TaskEvent[]): Content[] {
  return remarkKinds.map(([status, title]) =>
    section(
      title,
      shareRemarks([...tasks], status, false).map(
        group => html`<p class="remark">${badge(status)}
<span><b>${short(tasksText(group), 300)}</b> <span class="where">${allNames(group.map(({ host, cluster }) => host ?? cluster))}</span>
${group[0]!.reason !== undefined && html`<br/>${prose(group[0]!.reason)}`}</span></p>
`,
      ),
    ),
  )
}

/** The tasks that found nothing to do: a line for each, folded. */
export function inSync(tasks: readonly TaskEvent[]): Content {
  const those = tasks.filter(({ status }) => status === 'ok')
  if (those.length === 0) return undefined
  const rows = grouped(those, ({ role, task }) => JSON.stringify([role, task])).map(group => [
    short(`${group[0]!.role}: ${group[0]!.task}`, 300),
    short(names(group.map(({ host, cluster }) => host ?? cluster)), 300),
    secondsText(Math.max(...group.map(({ ms }) => ms))),
  ])
  return section('In sync', [
    folded(
      `${counted(those.length, 'check')} found nothing to do`,
      wideTable('Tasks in sync', ['Task', 'Where', 'At most'], rows),
    ),
  ])
}
