import { isMachineEvent, type ErrorReport, type MachineEvent, type Reporter, type Signal } from '../engine/events.js'
import type { Difference } from '../tasks/difference.js'
import { errorLines } from './failure.js'
import type { ReporterOptions } from './options.js'
import { RunOrder } from './run-order.js'
import { visibleEvent, visibleJson } from './visible.js'
import type { AnyEvent } from './visible.js'
import { writeLines, writeText } from './write.js'

/** Writes JSON Lines to stdout, and nothing else; with -v, also notices and errors for people to stderr. */
export function jsonReporter(options: ReporterOptions, now: () => Date = () => new Date()): Reporter {
  const { stdout, stderr, style, verbosity } = options
  const order = new RunOrder<{ event: MachineEvent | ClusterSignal; time: Date }>(({ event }) => event)
  let ended = false
  return {
    report(event) {
      // The summary is always the last line, whatever an interrupted run still reports.
      if (ended) return
      if (verbosity > 0) writeText(stderr, humanLines(visibleEvent(event)))
      if (!isMachineEvent(event) && event.event !== 'cluster-end' && event.event !== 'cluster-postponed') return
      const due = order.take({ event, time: now() })
      writeLines(
        stdout,
        due.flatMap(({ event, time }) => (isMachineEvent(event) ? jsonLine(event, time, verbosity > 0) : [])),
      )
      ended = event.event === 'summary'
    },
    async close() {},
  }

  function humanLines(event: AnyEvent): string[] {
    if (event.event === 'notice') return [[event.host ?? event.cluster, event.text].filter(Boolean).join('  ')]
    return errorLines([event], style, false)
  }
}

/** They decide when it is a cluster's turn. */
type ClusterSignal = Extract<Signal, { event: 'cluster-end' | 'cluster-postponed' }>

/** The order of the fields after `event` and `time`; other fields follow in the event's own order. */
const fieldOrder = [
  ...['run', 'command', 'inventory', 'check', 'clusters'],
  ...['cluster', 'host', 'role', 'task', 'status', 'reason', 'meaning', 'evidence', 'hint', 'diff', 'effects', 'error'],
  ...['ok', 'changed', 'would_change', 'unknown', 'failed', 'unreachable', 'exit', 'ms'],
]

/** An event as a line of JSON, with its fields always in the same order. */
export function jsonLine(event: MachineEvent, time: Date, withStack: boolean): string {
  const { event: kind, ...rest } = event
  const given: Record<string, unknown> = rest
  const line: Record<string, unknown> = { event: kind, time: time.toISOString() }
  for (const field of new Set([...fieldOrder, ...Object.keys(given)])) {
    if (given[field] !== undefined) line[field] = given[field]
  }
  if ('diff' in rest && rest.diff) line['diff'] = rest.diff.map(jsonDifference)
  if ('error' in rest && rest.error) line['error'] = jsonError(rest.error, withStack)
  return visibleJson(JSON.stringify(line))
}

/** An absent side is `null`, so that all differences have the same fields. */
function jsonDifference({ subject, from, to, note }: Difference): unknown {
  return { subject, from: from ?? null, to: to ?? null, note }
}

function jsonError({ message, command, output, hint, stack }: ErrorReport, withStack: boolean): unknown {
  return { message, command, output, hint, stack: withStack ? stack : undefined }
}
