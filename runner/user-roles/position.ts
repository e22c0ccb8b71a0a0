import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HaRunError, RoleError, UsageError } from '../errors.js'
import { sourceExcerpt } from '../inventory/origin.js'
import { explainSystemError } from '../system-error.js'
import type { RoleCode } from './code.js'

interface Position {
  file: string
  line: number
  column: number
}

/**
 * The error of a role's code for people: its message, and where it was thrown in the role or in a file that the role imports. An error
 * that the role has thrown on purpose (`TaskError`), or that a command on a node has caused, stays as it is.
 *
 * @param what - what was being done, for an error without a position: `"write /etc/motd"`.
 */
export function roleError(thrown: unknown, file: string, code: RoleCode, what = 'loading it'): HaRunError {
  const known = explainSystemError(thrown)
  // A building block refuses what it was called with.
  if (known instanceof HaRunError && !(known instanceof UsageError)) return known
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const parsed = /^ParseError: (?<message>.*?)\s+(?<file>\/[^\n]*):(?<line>\d+):(?<column>\d+)$/s.exec(
    error.message,
  )?.groups
  const message = parsed?.['message'] ?? messageOf(error)
  const at = parsed
    ? { file: parsed['file'] ?? file, line: Number(parsed['line']), column: Number(parsed['column']) + 1 }
    : (importOf(error) ?? thrownAt(error, code))
  const details = {
    cause: thrown,
    ...(error instanceof UsageError && error.hint !== undefined && { hint: error.hint }),
  }
  if (!at) return new RoleError(`${shown(file)}: ${what}: ${message}`, details)
  const text = readFileSync(at.file, 'utf8')
  return new RoleError(sourceExcerpt({ file: shown(at.file), text }, offsetOf(text, at), message), details)
}

/** A file as the user would type it. */
export function shown(file: string): string {
  const path = relative('', file)
  return path.startsWith('..') ? file : path
}

function messageOf(error: Error): string {
  const { name, message } = error
  if (error instanceof UsageError) return message
  // Node's errors about modules have the list of those that require it in further lines.
  const [first = ''] = message.split('\n')
  return name === 'Error' ? first : `${name}: ${first}`
}

/** The import of a module that there is not, in the file that requires it. */
function importOf({ message }: Error): Position | undefined {
  const [, name, file] = /^Cannot find module '([^']+)'\n+Require stack:\n- (\/.+)/.exec(message) ?? []
  if (name === undefined || file === undefined || !isOfUser(file)) return undefined
  const lines = readFileSync(file, 'utf8').split('\n')
  const line = lines.findIndex(text => text.includes(`'${name}'`) || text.includes(`"${name}"`))
  return line < 0 ? undefined : { file, line: line + 1, column: lines[line]!.indexOf(name) + 1 }
}

/** The uppermost place of a stack in code of the user's. */
function thrownAt({ stack = '' }: Error, code: RoleCode): Position | undefined {
  for (const [, place = '', line, column] of stack.matchAll(/^ +at .*?((?:file:\/\/)?\/[^\n()]*):(\d+):(\d+)\)?$/gm)) {
    const file = place.startsWith('file:') ? fileURLToPath(place) : place
    if (!isOfUser(file)) continue
    try {
      const position = { line: Number(line), column: Number(column) }
      return { file, ...code.original(file, readFileSync(file, 'utf8'), position) }
    } catch {
      // It was changed or removed meanwhile.
      return undefined
    }
  }
  return undefined
}

const ownFile = fileURLToPath(import.meta.url)
/** The folder of the code that runs: bundle/ or dist/. */
const ownFolder = ownFile.slice(0, ownFile.lastIndexOf('/runner/') + 1)

function isOfUser(file: string): boolean {
  return !file.startsWith(ownFolder) && !file.includes('/node_modules/')
}

function offsetOf(text: string, { line, column }: Position): number {
  const before = text.split('\n').slice(0, line - 1)
  return Math.min(before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1, Math.max(0, text.length - 1))
}
