import { stripVTControlCharacters } from 'node:util'
import sliceAnsi from 'slice-ansi'
import wrapAnsi from 'wrap-ansi'
import type { ReporterOptions, Terminal } from './options.js'
import { widthOf } from './text.js'
import type { AnyEvent } from './visible.js'

/** Writes lines in one go, so that two writers cannot mix them. */
export function writeLines(stream: NodeJS.WritableStream, lines: string[]): void {
  if (lines.length > 0) stream.write(`${lines.join('\n')}\n`)
}

/** Writes lines for people: on a terminal they wrap at its width. */
export function writeText(stream: Terminal, lines: string[]): void {
  writeLines(stream, wrapped(stream, lines))
}

/** The lines as that terminal has room for them; unchanged if it is none. */
export function wrapped({ isTTY, columns }: Terminal, lines: string[]): string[] {
  return isTTY && columns ? lines.flatMap(line => wrap(line, columns)) : lines
}

/** What people may copy, which a new line would spoil: lines of a diff, of an output, and commands. */
const verbatim = /^ *(?:[-+](?!>)|@@|[|$] )/

/** A gap between two columns of a line, or a mark and the space behind it. */
const columnEnd = /^ *(?:->|=>|\S) | {2,}(?=\S)/g

/** Breaks a line between words. The next lines begin below the last column of the first, or below its text if that has a mark. */
function wrap(line: string, columns: number): string[] {
  // A line that is exactly full makes some terminals add an empty one.
  const width = columns - 1
  const plain = stripVTControlCharacters(line)
  if (widthOf(plain) <= width || verbatim.test(plain)) return [line]
  const starts = [...plain.matchAll(columnEnd)].map(match => widthOf(plain.slice(0, match.index + match[0].length)))
  const indent = /^ */.exec(plain)![0].length
  // A column that begins too far to the right would have no room.
  const column = starts.findLast(start => start > indent && start <= width / 2)
  const hanging = column ?? Math.min(indent + 2, Math.floor(width / 2))
  // wrap-ansi drops spaces at the start of its text, so that must not be the middle of a line.
  const textStart = column ?? indent
  const text = wrapAnsi(sliceAnsi(line, textStart), width - hanging).split('\n')
  return text.map((part, index) => (index === 0 ? sliceAnsi(line, 0, textStart) : ' '.repeat(hanging)) + part)
}

/**
 * The stream for the final summary: stdout after a run; stderr if no run began (a wrong command line or inventory), since there is an
 * error then and no result.
 */
export function summaryStream({ stdout, stderr }: ReporterOptions, events: AnyEvent[]): Terminal {
  return events.some(event => event.event === 'run') ? stdout : stderr
}
