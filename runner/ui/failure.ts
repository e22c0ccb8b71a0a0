import type { ErrorReport } from '../engine/events.js'
import type { Style } from './style.js'
import { clip, grouped, indented, linesOf, names } from './text.js'
import type { AnyEvent } from './visible.js'

const maxOutputLines = 20
const maxLineWidth = 500
/** Of the first line of a script. */
const maxFirstLineWidth = 80

/** An error, and the nodes or clusters that it happened on. */
export interface SharedError {
  who: string[]
  /** The task or assertion, as `role: task`; empty if the error belongs to none. */
  what: string
  error: ErrorReport
}

interface Failure {
  who: string | undefined
  what: string
  error: ErrorReport
  /** The host was lost. */
  isLost: boolean
}

/** A filter: the loss of a host is one error, however many tasks failed because of it. */
function firstOfLostHost(): (failure: Failure) => boolean {
  const seen = new Set<string>()
  return ({ who, error, isLost }) => {
    const id = JSON.stringify([who, error.message])
    const isRepeated = isLost && seen.has(id)
    if (isLost) seen.add(id)
    return !isRepeated
  }
}

/** Groups the errors: equal ones are shown once, with the names of all their nodes. */
export function shareErrors(events: AnyEvent[]): SharedError[] {
  const failures = events.flatMap((event): Failure[] => {
    if (event.event !== 'error' && event.event !== 'task' && event.event !== 'assertion') return []
    if (!event.error) return []
    const what = event.event === 'error' ? '' : `${event.role}: ${event.task}`
    return [{ who: event.host ?? event.cluster, what, error: event.error, isLost: event.status === 'unreachable' }]
  })
  const groups = grouped(failures.filter(firstOfLostHost()), ({ what, error }) =>
    JSON.stringify([what, { ...error, stack: undefined }]),
  )
  return groups.map(group => ({ ...group[0]!, who: group.flatMap(({ who }) => who ?? []) }))
}

/** All errors with command, output and hint. */
export function errorLines(events: AnyEvent[], style: Style, verbose: boolean): string[] {
  return shareErrors(events).flatMap(({ who, what, error }, index) => {
    const heading = [style.strong(names(who)), what].filter(Boolean).join('  ')
    return [...(index > 0 ? [''] : []), ...oneError(heading, error, style, verbose)]
  })
}

function oneError(heading: string, error: ErrorReport, style: Style, verbose: boolean): string[] {
  const mark = style.bad(style.symbols.failed)
  const message = linesOf(error.message)
  const body = [
    ...(error.command === undefined ? [] : commandLines(error.command, style, verbose)),
    ...(error.output?.trim() ? outputLines(error.output.trimEnd(), style, verbose) : []),
    ...(error.hint === undefined ? [] : linesOf(error.hint).map((line, i) => `${i === 0 ? '->' : '  '} ${line}`)),
    ...(verbose && error.stack !== undefined ? linesOf(error.stack).map(style.quiet) : []),
  ]
  const lines = heading === '' ? [...message, ...body] : [heading, ...message.map(style.bad), ...body]
  return [`${mark} ${lines[0]}`, ...indented(lines.slice(1), '  ')]
}

/** The command; of a script, only its first line unless `verbose`. */
function commandLines(command: string, style: Style, verbose: boolean): string[] {
  const all = linesOf(command)
  if (verbose || all.length === 1) return all.map((line, index) => style.quiet(`${index === 0 ? '$' : ' '} ${line}`))
  const first = all.find(line => line.trim() !== '') ?? ''
  const { more } = style.symbols
  return [style.quiet(`$ ${clip(first, maxFirstLineWidth, more)} (first of ${all.length} lines; -v shows all)`)]
}

function outputLines(output: string, style: Style, verbose: boolean): string[] {
  const all = linesOf(output)
  if (verbose) return all.map(line => `${style.quiet('|')} ${line}`)
  const { more } = style.symbols
  const left = all.length - maxOutputLines
  const shown = all.slice(-maxOutputLines).map(line => `${style.quiet('|')} ${clip(line, maxLineWidth, more)}`)
  return left > 0 ? [style.quiet(`| ${more} ${left} lines before (-v shows them)`), ...shown] : shown
}
