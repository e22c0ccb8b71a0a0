import type { AssertionEvent, ErrorEvent, ErrorReport, TaskEvent } from '../engine/events.js'
import { escapeXml } from './escape.js'
import { grouped } from './text.js'
import type { AnyEvent } from './visible.js'

type Case = TaskEvent | AssertionEvent | ErrorEvent

/**
 * The run as JUnit XML: a testsuite for each cluster and host, a testcase for each task and assertion. What would
 * change is a failure too, since a CI job that checks for drift wants to show it.
 */
export function junit(events: AnyEvent[]): string {
  const cases = events.filter(
    event => event.event === 'task' || event.event === 'assertion' || event.event === 'error',
  )
  const suites = grouped(cases, suiteName)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name: 'ha-run', ...totals(cases) })}>`,
    ...suites.flatMap(suite => [
      `  <testsuite ${attributes({ name: suiteName(suite[0]!), ...totals(suite) })}>`,
      ...suite.flatMap(testcase),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n')
}

function suiteName({ cluster, host }: Case): string {
  return [cluster, host].filter(Boolean).join('.') || 'ha-run'
}

function totals(cases: Case[]): Record<string, string> {
  const kinds = cases.map(kindOf)
  const count = (kind: string) => String(kinds.filter(each => each === kind).length)
  const ms = cases.reduce((total, event) => total + (event.event === 'error' ? 0 : event.ms), 0)
  return {
    tests: String(cases.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: xmlSeconds(ms),
  }
}

function kindOf(event: Case): 'passed' | 'failure' | 'error' | 'skipped' {
  if (event.event === 'error' || event.status === 'unreachable') return 'error'
  if (event.status === 'failed' || event.status === 'would-change') return 'failure'
  return event.status === 'skipped' || event.status === 'unknown' ? 'skipped' : 'passed'
}

function testcase(event: Case): string[] {
  const name = event.event === 'error' ? 'run' : `${event.role}: ${event.task}`
  const time = xmlSeconds(event.event === 'error' ? 0 : event.ms)
  const opening = `    <testcase ${attributes({ classname: suiteName(event), name, time })}`
  const kind = kindOf(event)
  if (kind === 'passed') return [`${opening}/>`]
  return [`${opening}>`, `      ${outcome(kind, event)}`, '    </testcase>']
}

function outcome(kind: string, event: Case): string {
  if (kind === 'skipped') {
    const why = event.event === 'task' ? event.reason : event.event === 'assertion' ? event.evidence : undefined
    return `<skipped ${attributes({ message: why ?? event.status ?? '' })}/>`
  }
  const type = event.status ?? 'error'
  const opening = `<${kind} ${attributes({ message: messageOf(event), type })}`
  const body = bodyOf(event)
  return body === '' ? `${opening}/>` : `${opening}>${escapeXml(body)}</${kind}>`
}

function messageOf(event: Case): string {
  if (event.error) return event.error.message
  if (event.event === 'assertion') return event.evidence ?? event.status
  if (event.event === 'task' && event.diff?.length) return event.diff.map(({ subject }) => subject).join(', ')
  return event.status ?? ''
}

function bodyOf(event: Case): string {
  const hint = event.event === 'assertion' ? event.hint : undefined
  const { command, output, hint: errorHint }: Partial<ErrorReport> = event.error ?? {}
  return [command && `$ ${command}`, output, hint ?? errorHint].filter(Boolean).join('\n')
}

function xmlSeconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

function attributes(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}="${escapeXml(value).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`)
    .join(' ')
}
