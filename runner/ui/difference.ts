import { createTwoFilesPatch } from 'diff'
import type { Status, TaskEvent } from '../engine/events.js'
import type { Difference } from '../tasks/difference.js'
import type { Style } from './style.js'
import { grouped, indented, linesOf, names, oneLine } from './text.js'

/** A difference as `subject: from -> to`, or as a unified diff if a side has several lines. */
export function differenceLines(difference: Difference, style: Style): string[] {
  const { from, note } = difference
  if (!isLong(difference)) {
    const sides = sideTexts(difference)
    const change = sides ? `${style.bad(sides[0])} -> ${style.good(sides[1])}` : style.careful(shownAlike(from))
    return [`${oneLine(difference.subject)}: ${change}${noteText(note, style)}`]
  }
  const { before, after, body } = unifiedDiff(difference)
  return [style.strong(before), style.strong(after), ...body.map(line => patchLine(line, style))]
}

/** Whether a side has several lines, and a diff shows the change. */
export function isLong({ from, to }: Difference): boolean {
  return from !== to && (from?.includes('\n') === true || to?.includes('\n') === true)
}

/** A difference as diff(1) prints it: the lines that name its two sides, and the lines of its hunks. */
export function unifiedDiff({ subject: rawSubject, from, to }: Difference): {
  before: string
  after: string
  body: string[]
} {
  const subject = oneLine(rawSubject)
  const headings = [sideName(from, 'now'), sideName(to, 'declared')] as const
  const lines = linesOf(createTwoFilesPatch(subject, subject, from ?? '', to ?? '', ...headings, { context: 3 }))
  // createTwoFilesPatch starts with a ruler.
  const [before = '', after = '', ...body] = lines.slice(lines.findIndex(line => line.startsWith('--- ')))
  return {
    before: before.replace('\t', '  '),
    after: after.replace('\t', '  '),
    body: body.map(line => line.replaceAll('\t', '    ')),
  }
}

function noteText(note: string | undefined, style: Style): string {
  return note === undefined ? '' : style.quiet(`  (${oneLine(note)})`)
}

/** Both sides of a short difference, told apart; undefined if the output shows both alike, as it does with two hidden values. */
export function sideTexts({ from, to }: Difference): [from: string, to: string] | undefined {
  if (from === to) return undefined
  // White space at an end, and the text of an absent value, are only seen in quotes.
  const quoted = (value: string | undefined) => (value === undefined ? '(absent)' : JSON.stringify(value))
  const [before, after] = [sideText(from), sideText(to)]
  return before.trim() === after.trim() ? [quoted(from), quoted(to)] : [before, after]
}

/** In place of the sides of a difference that are shown alike. */
export function shownAlike(value: string | undefined): string {
  return `differs, and both values are shown ${value?.includes('\n') ? 'alike' : `as ${sideText(value)}`}`
}

function sideText(value: string | undefined): string {
  if (value === undefined) return '(absent)'
  return value === '' ? '""' : value
}

function sideName(value: string | undefined, name: string): string {
  return value === undefined ? '(absent)' : `(${name})`
}

function patchLine(line: string, style: Style): string {
  if (line.startsWith('@@')) return style.accent(line)
  if (line.startsWith('-')) return style.bad(line)
  if (line.startsWith('+')) return style.good(line)
  return line
}

/** The differences of a task that are equal on all of `hosts`. */
export interface SharedDifferences {
  hosts: string[]
  role: string
  task: string
  differences: Difference[]
  /** The consequences of the change. */
  effects: string[]
}

/**
 * Groups the differences of all nodes, so that each is shown once: a difference that a task found on several nodes has all their names.
 * A task without differences has a group too, for its heading.
 */
export function shareDifferences(events: TaskEvent[]): SharedDifferences[] {
  const each = events.flatMap(event => {
    const differences: (Difference | undefined)[] = event.diff?.length ? event.diff : [undefined]
    return differences.map(difference => ({ event, difference }))
  })
  const shared = grouped(each, ({ event, difference }) => JSON.stringify([event.role, event.task, difference])).map(
    group => ({ ...group[0]!, hosts: group.map(({ event }) => event.host ?? event.cluster) }),
  )
  return grouped(shared, ({ event, hosts }) => JSON.stringify([event.role, event.task, hosts])).map(group => ({
    hosts: group[0]!.hosts,
    role: group[0]!.event.role,
    task: group[0]!.event.task,
    differences: group.flatMap(({ difference }) => difference ?? []),
    effects: [...new Set(group.flatMap(({ event }) => event.effects ?? []))],
  }))
}

/** How much of each change is shown. */
export type DifferenceDetail = 'tasks' | 'subjects' | 'values'

/** The tasks that changed something, or would, under one heading. */
export function changeLines(events: TaskEvent[], status: Status, detail: DifferenceDetail, style: Style): string[] {
  const changes = events.filter(event => event.status === status)
  if (changes.length === 0) return []
  const body = detail === 'tasks' ? taskLines(changes, style) : detailLines(changes, detail, style)
  return [style.careful(status === 'changed' ? 'Changed' : 'Would change'), ...indented(body, '  ')]
}

/** A line for each role and the nodes on which the same tasks of it changed something. */
function taskLines(changes: TaskEvent[], style: Style): string[] {
  const shared = grouped(changes, ({ role, task }) => JSON.stringify([role, task])).map(group => ({
    role: group[0]!.role,
    task: group[0]!.task,
    hosts: group.map(({ host, cluster }) => host ?? cluster),
  }))
  return grouped(shared, ({ role, hosts }) => JSON.stringify([role, hosts]))
    .map(group => {
      const { role, hosts } = group[0]!
      return [
        `${style.strong(names(hosts))}  ${role}: ${group.map(({ task }) => task).join(', ')}`,
        ...indented(effectLines(effectsOf(changes, group), style), '  '),
      ]
    })
    .flat()
}

/** The effects of these tasks, each sentence once. */
function effectsOf(changes: TaskEvent[], tasks: { role: string; task: string }[]): string[] {
  const selected = changes.filter(({ role, task }) => tasks.some(one => one.role === role && one.task === task))
  return [...new Set(selected.flatMap(({ effects }) => effects ?? []))]
}

export function effectLines(effects: string[], style: Style): string[] {
  return effects.map(effect => `${style.accent('=>')} ${oneLine(effect)}`)
}

function detailLines(changes: TaskEvent[], detail: 'subjects' | 'values', style: Style): string[] {
  return shareDifferences(changes).flatMap(({ hosts, role, task, differences, effects }) => [
    `${style.strong(names(hosts))}  ${role}: ${task}`,
    ...indented(
      [
        ...differences.flatMap(each =>
          detail === 'subjects' ? [oneLine(each.subject) + noteText(each.note, style)] : differenceLines(each, style),
        ),
        ...effectLines(effects, style),
      ],
      '  ',
    ),
  ])
}
