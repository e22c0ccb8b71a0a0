import type { AssertionEvent } from '../engine/events.js'
import type { Style } from './style.js'
import { clip, grouped, names, oneLine, pad, widest } from './text.js'

const maxNameWidth = 60

export type ShownAssertions = 'all' | 'not ok' | 'failed'

/**
 * The assertions as a table: name, ok or FAILED, evidence; the hint below a failure. Equal results of several nodes share a row.
 *
 * @param explained - whether the meaning of each assertion stands below its row.
 */
export function assertionLines(
  assertions: AssertionEvent[],
  which: ShownAssertions,
  style: Style,
  explained = false,
): string[] {
  const shown = assertions.filter(({ status }) => {
    if (which === 'failed') return status === 'failed'
    return which === 'all' || (status !== 'ok' && !wasNotChecked(status))
  })
  const unchecked = which === 'not ok' ? uncheckedLines(assertions) : []
  if (shown.length === 0 && unchecked.length > 0) return [style.strong('Assertions'), ...unchecked]
  if (shown.length === 0) return []
  const results = grouped(shown, event => JSON.stringify([event.task, event.status, evidenceOf(event)]))
  const clusters = new Set(shown.map(event => event.cluster))
  const rows = results.map(group => {
    const first = group[0]!
    const where = names(group.flatMap(({ host, cluster }) => host ?? (clusters.size > 1 ? cluster : [])))
    const evidence = [evidenceOf(first), where && style.quiet(`on ${where}`)].filter(Boolean).join('  ')
    return { first, name: oneLine(first.task), evidence }
  })
  const width = Math.min(maxNameWidth, widest(rows.map(({ name }) => name)))
  return [
    style.strong('Assertions'),
    ...rows.flatMap(({ first, name, evidence }) => {
      const title = pad(clip(name, width, style.symbols.more), width)
      const line = `  ${title}  ${verdict(first, style)}  ${evidence}`.trimEnd()
      return [
        line,
        ...(explained && first.meaning ? [style.quiet(`    ${oneLine(first.meaning)}`)] : []),
        ...(first.status === 'ok' || !first.hint ? [] : [`    -> ${oneLine(first.hint)}`]),
      ]
    }),
    ...unchecked,
  ]
}

/** In a plan that changes something, and in a run that has failed before. */
function wasNotChecked(status: AssertionEvent['status']): boolean {
  return status === 'unknown' || status === 'skipped'
}

function uncheckedLines(assertions: AssertionEvent[]): string[] {
  const reasons = grouped(
    assertions.filter(({ status }) => wasNotChecked(status)),
    event => JSON.stringify([event.status, evidenceOf(event)]),
  )
  return reasons.map(group => `  ${group.length} ${group[0]!.status}: ${evidenceOf(group[0]!)}`)
}

function evidenceOf({ evidence, error }: AssertionEvent): string {
  return oneLine(evidence ?? error?.message ?? '')
}

function verdict({ status }: AssertionEvent, style: Style): string {
  if (status === 'ok') return style.good('ok'.padEnd(7))
  if (status === 'failed') return style.bad('FAILED'.padEnd(7))
  return style.careful(status.padEnd(7))
}
