import { TaskError, UsageError } from '../errors.js'
import { partOfFile, type FileTask, type WriteOptions } from './file.js'
import { insertLines, linesOf, matcher, type Placement } from './text-lines.js'

export interface LineOptions extends WriteOptions, Placement {
  /** The line as it must be, without its end. */
  line: string
  /** Other forms of the line: all lines that match give way to it, at the place of the first. Left out: it is only added. */
  match?: RegExp
  /** Neither the line nor one that matches is there. @default false */
  absent?: boolean
  /** Make the file if it is missing. @default false */
  create?: boolean
}

/**
 * One line of a file; all others stay.
 *
 * ```ts
 * line('/etc/sysctl.conf', { line: 'vm.swappiness = 10', match: /^#?\s*vm\.swappiness/ })
 * ```
 */
export function line(path: string, options: LineOptions): FileTask {
  const { absent = false, match, create = false } = options
  if (/[\r\n]/.test(options.line)) throw new UsageError(`line of ${path}: several lines are a block`)
  const what = match ? `${match}` : JSON.stringify(options.line)
  return partOfFile(`${absent ? 'no ' : ''}line ${what} in ${path}`, path, {
    ...options,
    content: partContent(path, { absent, create }, text => withLine(text, options, path)),
  })
}

/**
 * What a part of a file makes of the whole: nothing if the file and the part are both absent.
 *
 * @throws TaskError without a file, unless it may be made.
 */
export function partContent(
  path: string,
  { absent, create }: { absent: boolean; create: boolean },
  edit: (text: string) => string,
): (current: string | undefined) => string | undefined {
  return current => {
    if (current === undefined && absent) return undefined
    if (current === undefined && !create) {
      throw new TaskError(`${path} does not exist`, {
        hint: 'name the task that makes it in `needs:`, or declare `create: true`',
      })
    }
    return edit(current ?? '')
  }
}

/** The text with the line, or without it. @throws TaskError if its place is not there. */
export function withLine(
  text: string,
  { line: wanted, match, absent = false, after, before }: Pick<LineOptions, 'line' | 'match' | 'absent'> & Placement,
  path: string,
): string {
  const { lines, join } = linesOf(text)
  const isOther = match ? matcher(match) : () => false
  const isMatch = (one: string) => one === wanted || isOther(one)
  const matches = lines.filter(isMatch)
  if (absent) return matches.length === 0 ? text : join(lines.filter(one => !isMatch(one)))
  if (matches.includes(wanted) && (!match || matches.length === 1)) return text
  const place = { ...(after && { after }), ...(before && { before }) }
  if (matches.length === 0) return join(insertLines(lines, [wanted], place, path))
  const at = lines.findIndex(isMatch)
  return join([...lines.slice(0, at), wanted, ...lines.slice(at + 1).filter(one => !isMatch(one))])
}
