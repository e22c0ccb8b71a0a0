import type { Clock } from '../clock.js'
import { hostsOf } from '../engine/events.js'
import type { AssertionEvent, Reporter, Status, TaskEvent, TaskStartSignal } from '../engine/events.js'
import { finalSummary } from './final-summary.js'
import { effectLines } from './difference.js'
import type { EventView, PlainOptions } from './event-view.js'
import type { ReporterOptions } from './options.js'
import { inRunOrder } from './run-order.js'
import { StillRunning } from './still-running.js'
import type { Style } from './style.js'
import { indented, oneLine, pad, secondsText, widest } from './text.js'
import { visibleEvent } from './visible.js'
import type { AnyEvent } from './visible.js'
import { summaryStream, writeText } from './write.js'

/** The column of the status, unless the text before it is wider. */
const statusColumn = 60
/** A line has no time if the task took less. */
const minShownMs = 50

/** For logs and pipes: a line when something happens, and the final summary. */
export function plainReporter(options: ReporterOptions, clock?: Clock): Reporter {
  const events: AnyEvent[] = []
  let nameWidth = 0
  let streamed = false
  const reasons = new Set<string>()
  const write = (lines: string[]) => {
    streamed ||= lines.length > 0
    writeText(options.stdout, lines)
  }
  const running = new StillRunning((signal, elapsed, text) => {
    if (options.verbosity >= 0) write([runningLine(signal, elapsed, text, nameWidth, options.style)])
  }, clock)
  return {
    report(rawEvent) {
      const event = visibleEvent(rawEvent)
      running.apply(event)
      if (event.event === 'progress') return
      events.push(event)
      if (event.event === 'run') {
        const names = event.clusters.flatMap(cluster => [cluster.name, ...hostsOf(cluster)])
        nameWidth = widest(names)
      }
      if (options.verbosity <= 0 && isRepeated(event, reasons)) return
      write(plainLines(event, { ...options, nameWidth }, options.views))
    },
    async close() {
      running.close()
      const lines = finalSummary(inRunOrder(events), { ...options, streamed: true })
      writeText(summaryStream(options, events), streamed && lines.length > 0 ? ['', ...lines] : lines)
    },
  }
}

/** Whether a skipped or unknown task has the same reason as one before it: all tasks after a failure have, so the reason is printed once for a cluster. */
function isRepeated(event: AnyEvent, reasons: Set<string>): boolean {
  if (event.event !== 'task' && event.event !== 'assertion') return false
  if (event.status !== 'skipped' && (event.status !== 'unknown' || event.event === 'task')) return false
  const reason = JSON.stringify([event.cluster, event.status, event.event === 'task' ? event.reason : event.evidence])
  const repeated = reasons.has(reason)
  reasons.add(reason)
  return repeated
}

/** The lines to print when the event happens. */
export function plainLines(event: AnyEvent, options: PlainOptions, views: readonly EventView[] = []): string[] {
  const { style, verbosity, nameWidth } = options
  const quiet = verbosity < 0
  switch (event.event) {
    case 'run':
      if (verbosity <= 0) return []
      return [style.quiet(`${event.command.join(' ')}  ${event.inventory}  run ${event.run}`)]
    case 'task':
    case 'assertion': {
      const bad = event.status === 'failed' || event.status === 'unreachable'
      if (quiet ? !bad : event.status === 'ok' && verbosity === 0) return []
      const reason = bad ? oneLine(firstPart(event.error?.message ?? evidenceOf(event))) : ''
      const line = resultLine(event, nameWidth, style)
      const below = reason
        ? [style.bad(reason)]
        : event.event === 'task' && event.status === 'changed'
          ? effectLines(event.effects ?? [], style)
          : []
      return [line, ...indented(below, ' '.repeat(nameWidth + 2))]
    }
    case 'error': {
      if (event.status === undefined) return []
      const name = pad(event.host ?? event.cluster ?? '', nameWidth)
      return [`${name}  ${style.bad(event.status)}  ${oneLine(event.error.message)}`]
    }
    case 'notice': {
      if (quiet) return []
      const name = event.host ?? event.cluster
      const text = oneLine(event.text)
      if (name === undefined) return [`${style.careful('note')}  ${text}`]
      return [`${pad(name, nameWidth)}  ${style.quiet(text)}`]
    }
    default:
      return views.flatMap(view => view.plainLines(event, options))
  }
}

/** `node1  apache: install apache2 … 30 s (installing 62 %: libapr1)` */
function runningLine(
  { host, cluster, role, task }: TaskStartSignal,
  elapsed: number,
  text: string,
  nameWidth: number,
  style: Style,
): string {
  const what = `${role}: ${oneLine(task)} ${style.symbols.more} ${elapsed < 60 ? `${elapsed} s` : `${elapsed / 60} min`}`
  return style.quiet(`${pad(host ?? cluster, nameWidth)}  ${what}${text === '' ? '' : ` (${oneLine(text)})`}`)
}

function resultLine(event: TaskEvent | AssertionEvent, nameWidth: number, style: Style): string {
  const name = pad(event.host ?? event.cluster, nameWidth)
  const why = oneLine((event.event === 'task' ? event.reason : evidenceOf(event)) ?? '')
  const timed = event.ms >= minShownMs && (event.status === 'changed' || event.status === 'failed' || !why)
  const tail = [timed && secondsText(event.ms), event.status !== 'failed' && why].filter(Boolean).join('  ')
  return resultText(`${name}  ${event.role}: ${oneLine(event.task)}`, event.status, tail, style)
}

function evidenceOf(event: TaskEvent | AssertionEvent): string {
  return (event.event === 'assertion' ? event.evidence : event.reason) ?? ''
}

/** A line with a status in its column, for a result. */
export function resultText(what: string, status: Status, tail: string, style: Style): string {
  return `${pad(what, statusColumn)}  ${paintStatus(status, style)}  ${tail}`.trimEnd()
}

function paintStatus(status: Status, style: Style): string {
  const text = status.replace('-', ' ').padEnd(12)
  if (status === 'ok') return style.good(text)
  return status === 'failed' || status === 'unreachable' ? style.bad(text) : style.careful(text)
}

/** A message without the excerpt of a file that follows it: the closing list of failures shows it. */
function firstPart(message: string): string {
  return message.split('\n\n')[0] ?? ''
}
