import { TaskError } from '../errors.js'

/** Where lines go that are not in a file yet: behind the last match, or before the first one. Left out: to the end. */
export interface Placement {
  after?: RegExp
  before?: RegExp
}

/** A text as lines without their ends. */
export interface TextLines {
  lines: string[]
  /** The text again, with the line ends that it had, and one at the end. */
  join: (lines: readonly string[]) => string
}

/** Most files of DOS (a Raspberry Pi's config.txt may be one) have CRLF everywhere; a file that mixes both is one of LF. */
export function linesOf(text: string): TextLines {
  const isDos = text.includes('\r\n') && !/(^|[^\r])\n/.test(text)
  const end = isDos ? '\r\n' : '\n'
  const lines = text.split(end)
  if (lines.at(-1) === '') lines.pop()
  return { lines, join: all => all.map(line => line + end).join('') }
}

/** A pattern of a role's author, without the flags that make it remember its last match. */
export function matcher(pattern: RegExp): (line: string) => boolean {
  const stateless = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, ''))
  return line => stateless.test(line)
}

/**
 * The lines with new ones at their place.
 *
 * @throws TaskError if no line matches: at the end, the new lines could mean something else.
 */
export function insertLines(
  lines: readonly string[],
  added: readonly string[],
  { after, before }: Placement,
  path: string,
): string[] {
  const at = positionOf(lines, { after, before }, path)
  return [...lines.slice(0, at), ...added, ...lines.slice(at)]
}

function positionOf(lines: readonly string[], { after, before }: Partial<Placement>, path: string): number {
  if (after === undefined && before === undefined) return lines.length
  const at = after ? lines.findLastIndex(matcher(after)) + 1 : lines.findIndex(matcher(before!))
  const pattern = after ?? before
  if (after ? at === 0 : at === -1) {
    throw new TaskError(`${path} has no line that matches ${pattern}`, {
      hint: 'correct the pattern in the role, or leave it out: then the end of the file is the place',
    })
  }
  return at
}
