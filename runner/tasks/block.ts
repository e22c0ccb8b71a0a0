import { TaskError, UsageError } from '../errors.js'
import { partOfFile, type FileTask, type WriteOptions } from './file.js'
import { partContent } from './line.js'
import { insertLines, linesOf, type Placement } from './text-lines.js'

export interface BlockOptions extends WriteOptions, Placement {
  /** The name of the block in its markers, such as `shop`: a file may have several. */
  name: string
  /** The lines between the markers. */
  content: string
  /** How the file writes a comment: what stands before it, and after it if need be. @default '#' */
  comment?: string | readonly [before: string, after: string]
  /** Neither the block nor its markers are there. @default false */
  absent?: boolean
  /** Make the file if it is missing. @default false */
  create?: boolean
}

/**
 * Some lines of a file, between two comments by which they are found again; all others stay.
 *
 * ```ts
 * block('/etc/ssh/ssh_config', { name: 'backup', content: 'Host backup\n  User shop\n' })
 * ```
 */
export function block(path: string, options: BlockOptions): FileTask {
  const { name, absent = false, create = false } = options
  if (!/^[\w .:/-]+$/.test(name))
    throw new UsageError(`block in ${path}: the name ${JSON.stringify(name)} cannot be in a comment`)
  return partOfFile(`${absent ? 'no ' : ''}block ${name} in ${path}`, path, {
    ...options,
    content: partContent(path, { absent, create }, text => withBlock(text, options, path)),
  })
}

/** The text with the block, or without it. @throws TaskError if its markers are broken or its place is not there. */
export function withBlock(
  text: string,
  { name, content, comment = '#', absent = false, after, before }: Omit<BlockOptions, keyof WriteOptions>,
  path: string,
): string {
  const { lines, join } = linesOf(text)
  const [start, end] = typeof comment === 'string' ? [`${comment} `, ''] : [`${comment[0]} `, ` ${comment[1]}`]
  const markers = { begin: `${start}BEGIN ha-run: ${name}${end}`, end: `${start}END ha-run: ${name}${end}` }
  const range = rangeOf(lines, markers, path)
  const wanted = absent ? [] : [markers.begin, ...linesOf(content).lines, markers.end]
  if (!range) {
    const place = { ...(after && { after }), ...(before && { before }) }
    return absent ? text : join(insertLines(lines, wanted, place, path))
  }
  const present = lines.slice(range.from, range.to)
  const isSame = present.length === wanted.length && present.every((one, at) => one === wanted[at])
  return isSame ? text : join([...lines.slice(0, range.from), ...wanted, ...lines.slice(range.to)])
}

/** The lines from one marker to the other, both included. @throws TaskError if one is missing, or is there twice. */
function rangeOf(
  lines: readonly string[],
  { begin, end }: { begin: string; end: string },
  path: string,
): { from: number; to: number } | undefined {
  const at = (marker: string) => lines.flatMap((one, index) => (one.trimEnd() === marker ? [index] : []))
  const [begins, ends] = [at(begin), at(end)]
  const [from, to] = [begins[0], ends[0]]
  if (from === undefined && to === undefined) return undefined
  if (begins.length === 1 && ends.length === 1 && from! < to!) return { from: from!, to: to! + 1 }
  const found = [...begins, ...ends]
    .toSorted((one, other) => one - other)
    .map(index => `line ${index + 1}: ${lines[index]}`)
  throw new TaskError(`the markers of a block in ${path} are not one pair (${found.join('; ')})`, {
    hint: 'correct them by hand: ha-run cannot know which lines are its own',
  })
}
