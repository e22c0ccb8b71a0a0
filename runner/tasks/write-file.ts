import { posix } from 'node:path'
import { atExit } from '../ssh/at-exit.js'
import { sh } from '../ssh/quote.js'

/** How a file is to look beside its content. */
export interface FileAttributes {
  /** Octal, four digits. */
  mode: string
  /** `user:group`. */
  owner: string
}

/** What a candidate must pass before it may replace anything: POSIX sh that ends with 0. */
export type Validate = (candidate: string) => string

/**
 * Writes stdin beside `path`, complete and on the disk, and checks it there: the first half of a replacement, which
 * changes nothing yet. Where it fails, the candidate is removed.
 *
 * @returns the script; it expects the content on stdin.
 */
export function stageScript(path: string, candidate: string, { mode, owner }: FileAttributes, validate?: Validate): string {
  return [
    sh`set -e; candidate=${candidate}`,
    atExit('[ $code = 0 ] || rm -f -- "$candidate"'),
    sh`mkdir -p -- ${posix.dirname(path)}`,
    `umask 077; cat >"$candidate"; chmod ${mode} -- "$candidate"; chown ${owner} -- "$candidate"`,
    ...(validate ? [`{ ${validate(candidate)}\n} >&2`] : []),
    'sync -- "$candidate"',
  ].join('\n')
}

/** Puts a staged candidate in place: a rename, so that there is the old file or the new one and never half of one. */
export function commitScript(path: string, candidate: string): string {
  return sh`mv -fT -- ${candidate} ${path}\nsync -- ${posix.dirname(path)}`
}

/** Both halves at once, for a file that concerns one node only: one list of commands, since `set -e` ends where `&&` begins. */
export function replaceScript(path: string, attributes: FileAttributes, validate?: Validate): string {
  const candidate = candidateOf(path)
  return `${stageScript(path, candidate, attributes, validate)}\n${commitScript(path, candidate)}`
}

/** The name beside a file under which its successor waits. */
export function candidateOf(path: string): string {
  return posix.join(posix.dirname(path), `.${posix.basename(path)}.ha-run`)
}
