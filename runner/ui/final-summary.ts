import type { Status, TaskEvent } from '../engine/events.js'
import { assertionLines } from './assertions.js'
import { changeLines } from './difference.js'
import type { EventView } from './event-view.js'
import { errorLines } from './failure.js'
import { summaryLine } from './summary-line.js'
import type { Style } from './style.js'
import { tableLines } from './table.js'
import { tally } from './tally.js'
import type { Tally } from './tally.js'
import { counted, grouped, names, oneLine, sections } from './text.js'
import type { AnyEvent } from './visible.js'

export interface SummaryOptions {
  style: Style
  verbosity: number
  /** Show both values of every difference. */
  diff: boolean
  /** Whether changes, warnings and notices were printed when they happened, and are not repeated. */
  streamed: boolean
  views?: readonly EventView[] | undefined
}

/** The lines that stay on the screen after a run, the most important last. Events must be visible (`visibleEvent`). */
export function finalSummary(events: AnyEvent[], options: SummaryOptions): string[] {
  const { style, verbosity, views = [] } = options
  const result = tally(events)
  const quiet = verbosity < 0
  const detail = quiet ? 'failed' : verbosity > 0 || result.tasks.length === 0 ? 'all' : 'not ok'
  return sections(
    quiet || options.streamed ? [] : noticeLines(events, style),
    quiet ? [] : changes(result, options),
    quiet || options.streamed ? [] : remarks(result.tasks, options),
    errorLines(events, style, verbosity > 0),
    assertionLines(result.assertions, detail, style, verbosity > 0),
    ...views.map(view => view.summaryLines(result, style)),
    tableLines(result, style),
    [summaryLine(result, style, views)].filter(Boolean),
  )
}

function changes({ run, tasks }: Tally, { diff, streamed, style }: SummaryOptions): string[] {
  const detail = diff ? 'values' : run?.check ? 'subjects' : 'tasks'
  if (detail === 'tasks' && streamed) return []
  return sections(changeLines(tasks, 'changed', detail, style), changeLines(tasks, 'would-change', detail, style))
}

/** The notices, without those about one host: these were about waits, which are over. */
function noticeLines(events: AnyEvent[], style: Style): string[] {
  const texts = events.flatMap(event => (event.event === 'notice' && event.host === undefined ? event.text : []))
  return [...new Set(texts)].map(text => `${style.careful('note')}  ${oneLine(text)}`)
}

/** Tasks that are unknown, were skipped or have warnings: each reason once, with its nodes and tasks. */
function remarks(tasks: TaskEvent[], { style, verbosity }: SummaryOptions): string[] {
  return sections(
    ...remarkKinds.map(([status, title]) => {
      const groups = shareRemarks(tasks, status, verbosity > 0)
      return groups.length === 0 ? [] : [style.careful(title), ...groups.map(group => remark(group, style))]
    }),
  )
}

/** The statuses whose tasks are listed with their reasons, and the headings of the lists. */
export const remarkKinds: readonly (readonly [Status, string])[] = [
  ['unknown', 'Unknown'],
  ['skipped', 'Skipped'],
  ['warning', 'Warnings'],
]

/** Groups the tasks with this status by their reason. @param each - whether different tasks are in different groups. */
export function shareRemarks(tasks: TaskEvent[], status: Status, each: boolean): TaskEvent[][] {
  return grouped(
    tasks.filter(event => event.status === status),
    ({ role, task, reason }) => JSON.stringify([reason, each && [role, task]]),
  )
}

/** `apache: write /etc/apache2/ports.conf`, or how many tasks there are, and the first. */
export function tasksText(group: TaskEvent[]): string {
  const first = group[0]!
  const tasks = new Set(group.map(({ role, task }) => `${role}: ${task}`))
  return `${tasks.size > 1 ? `${counted(tasks.size, 'task')} from ` : ''}${first.role}: ${oneLine(first.task)}`
}

function remark(group: TaskEvent[], style: Style): string {
  const { reason } = group[0]!
  const who = style.strong(names(group.map(({ host, cluster }) => host ?? cluster)))
  return `  ${who}  ${tasksText(group)}${reason ? style.quiet(`  ${oneLine(reason)}`) : ''}`
}
