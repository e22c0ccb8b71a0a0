import type { AssertionEvent } from '../engine/events.js'
import type { Style } from './style.js'
import { clip, grouped, names, oneLine, pad, widest } from './text.js'

const longestName = 60

export type ShownAssertions = 'all' | 'not ok' | 'failed'

/**
 * The assertions as a table: name, ok or FAILED, what was seen; under a failure what to do about it. Equal answers
 * of several nodes share a row.
 *
 * @param explained - with what each of them proves below its row.
 */
export function assertionLines(assertions: AssertionEvent[], which: ShownAssertions, style: Style, explained = false): string[] {
  const shown = assertions.filter(({ status }) => {
    if (which === 'failed') return status === 'failed'
    return which === 'all' || (status !== 'ok' && !isOpen(status))
  })
  const open = which === 'not ok' ? openLines(assertions) : []
  if (shown.length === 0 && open.length > 0) return [style.strong('Assertions'), ...open]
  if (shown.length === 0) return []
  const answers = grouped(shown, event => JSON.stringify([event.task, event.status, seen(event)]))
  const clusters = new Set(shown.map(event => event.cluster))
  const rows = answers.map(group => {
    const first = group[0]!
    const where = names(group.flatMap(({ host, cluster }) => host ?? (clusters.size > 1 ? cluster : [])))
    const evidence = [seen(first), where && style.quiet(`on ${where}`)].filter(Boolean).join('  ')
    return { first, name: oneLine(first.task), evidence }
  })
  const width = Math.min(longestName, widest(rows.map(({ name }) => name)))
  return [
    style.strong('Assertions'),
    ...rows.flatMap(({ first, name, evidence }) => {
      const title = pad(clip(name, width, style.symbols.more), width)
      const line = `  ${title}  ${verdict(first, style)}  ${evidence}`.trimEnd()
      return [
        line,
        ...explained && first.meaning ? [style.quiet(`    ${oneLine(first.meaning)}`)] : [],
        ...first.status === 'ok' || !first.hint ? [] : [`    -> ${oneLine(first.hint)}`],
      ]
    }),
    ...open,
  ]
}

/** Nobody has looked: a plan that changes something, or a run that failed before. */
function isOpen(status: AssertionEvent['status']): boolean {
  return status === 'unknown' || status === 'skipped'
}

function openLines(assertions: AssertionEvent[]): string[] {
  const reasons = grouped(assertions.filter(({ status }) => isOpen(status)), event => JSON.stringify([event.status, seen(event)]))
  return reasons.map(group => `  ${group.length} ${group[0]!.status}: ${seen(group[0]!)}`)
}

function seen({ evidence, error }: AssertionEvent): string {
  return oneLine(evidence ?? error?.message ?? '')
}

function verdict({ status }: AssertionEvent, style: Style): string {
  if (status === 'ok') return style.good('ok'.padEnd(7))
  if (status === 'failed') return style.bad('FAILED'.padEnd(7))
  return style.careful(status.padEnd(7))
}
