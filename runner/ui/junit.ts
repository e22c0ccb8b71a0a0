import { XMLBuilder } from 'fast-xml-parser'
import type { AssertionEvent, ErrorEvent, ErrorReport, Reporter, TaskEvent } from '../engine/events.js'
import { withoutControls } from './escape.js'
import type { EventView } from './event-view.js'
import { createStyle } from './style.js'
import { grouped, oneLine } from './text.js'
import { visibleEvent, type AnyEvent } from './visible.js'
import { writeResult } from './write-result.js'

/** Collects a run and writes it as JUnit XML when it is over. @param views - show the events that roles add. */
export function junitReporter(file: string, views: readonly EventView[] = []): Reporter {
  const events: AnyEvent[] = []
  return {
    report(event) {
      if (event.event !== 'progress') events.push(event)
    },
    close: async () => writeResult(file, junit(events, views)),
  }
}

type Case = TaskEvent | AssertionEvent | ErrorEvent

const style = createStyle({ color: false, utf8: true })

/** An element as XMLBuilder takes it. */
interface Element {
  attributes: Record<string, string>
  [child: string]: string | object
}

const builder = new XMLBuilder({
  format: true,
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
  ignoreAttributes: false,
  attributesGroupName: 'attributes',
  attributeNamePrefix: '',
  tagValueProcessor: (_, text) => withoutControls(String(text)),
  // Parsers turn a line break in an attribute into a space.
  attributeValueProcessor: (_, text) => oneLine(withoutControls(String(text))),
})

/**
 * The run as JUnit XML: a testsuite for each cluster and each host, a testcase for each task and each assertion. A change that `--check`
 * finds is a failure, since a CI job that checks for drift shows failures.
 */
export function junit(rawEvents: AnyEvent[], views: readonly EventView[] = []): string {
  const events = rawEvents.map(visibleEvent)
  const cases = events.filter(isCase)
  const added = addedLines(events, views)
  return builder.build({
    '?xml': { attributes: { version: '1.0', encoding: 'UTF-8' } },
    testsuites: {
      attributes: { name: 'ha-run', ...totals(cases) },
      testsuite: grouped(cases, suiteName).map(suite => ({
        attributes: { name: suiteName(suite[0]!), ...totals(suite) },
        testcase: suite.map(event => testcase(event, added.get(event) ?? [])),
      })),
    },
  })
}

function isCase(event: AnyEvent): event is Case {
  return event.event === 'task' || event.event === 'assertion' || event.event === 'error'
}

/** The lines of the events that a role adds belong to the task that reports them before it ends. */
function addedLines(events: AnyEvent[], views: readonly EventView[]): Map<Case, string[]> {
  const lines = new Map<Case, string[]>()
  let waiting: string[] = []
  for (const event of events) {
    if (event.event === 'task') {
      lines.set(event, waiting)
      waiting = []
    } else if (!isCase(event)) {
      waiting.push(...views.flatMap(view => view.plainLines(event, { style, verbosity: 0, nameWidth: 0 })))
    }
  }
  return lines
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
    time: inSeconds(ms),
  }
}

function kindOf(event: Case): 'passed' | 'failure' | 'error' | 'skipped' {
  if (event.event === 'error' || event.status === 'unreachable') return 'error'
  if (event.status === 'failed' || event.status === 'would-change') return 'failure'
  return event.status === 'skipped' || event.status === 'unknown' ? 'skipped' : 'passed'
}

function testcase(event: Case, added: string[]): Element {
  const name = event.event === 'error' ? 'run' : `${event.role}: ${event.task}`
  const kind = kindOf(event)
  const proof = [...proofOf(event), ...added].join('\n')
  return {
    attributes: { classname: suiteName(event), name, time: inSeconds(event.event === 'error' ? 0 : event.ms) },
    ...(kind === 'skipped' && { skipped: { attributes: { message: skippedMessage(event) } } }),
    ...((kind === 'failure' || kind === 'error') && { [kind]: failure(event) }),
    ...(proof !== '' && { 'system-out': proof }),
  }
}

/** What an assertion proves and what was seen, also if it holds: people keep the file as evidence. */
function proofOf(event: Case): string[] {
  if (event.event !== 'assertion') return []
  const { meaning, status, evidence, hint } = event
  return [meaning, evidence && `${status}: ${evidence}`, status === 'warning' ? hint : undefined].flatMap(
    text => text || [],
  )
}

function skippedMessage(event: Case): string {
  const reason = event.event === 'task' ? event.reason : event.event === 'assertion' ? event.evidence : undefined
  return reason ?? event.status ?? ''
}

function failure(event: Case): Element {
  const message = messageOf(event)
  const hint = event.event === 'assertion' ? event.hint : undefined
  const { command, output, hint: errorHint }: Partial<ErrorReport> = event.error ?? {}
  // The attribute has all of the message on one line.
  const body = [message.includes('\n') && message, command && `$ ${command}`, output, hint ?? errorHint]
    .filter(Boolean)
    .join('\n')
  return { attributes: { message, type: event.status ?? 'error' }, ...(body !== '' && { '#text': body }) }
}

function messageOf(event: Case): string {
  if (event.error) return event.error.message
  if (event.event === 'assertion') return event.evidence ?? event.status
  if (event.event === 'task' && event.diff?.length) return event.diff.map(({ subject }) => subject).join(', ')
  return event.status ?? ''
}

function inSeconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
