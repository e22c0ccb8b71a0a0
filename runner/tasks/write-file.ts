import { posix } from 'node:path'
import { atExit } from '../ssh/at-exit.js'
import { sh } from '../ssh/quote.js'

/** Mode and owner of a file. */
export interface FileAttributes {
  /** Octal, four digits. */
  mode: string
  /** `user:group`. */
  owner: string
}

/** A POSIX sh script that must exit with 0 before the candidate replaces the file. */
export type Validate = (candidate: string) => string

/**
 * The first half of a replacement: writes a candidate beside `path`, syncs it to disk, and validates it. The file itself does
 * not change yet. If a step fails, the candidate is removed.
 *
 * @returns a script that reads the content from stdin.
 */
export function stageScript(
  path: string,
  candidate: string,
  { mode, owner }: FileAttributes,
  validate?: Validate,
): string {
  return [
    sh`set -e; candidate=${candidate}`,
    atExit('[ $code = 0 ] || rm -f -- "$candidate"'),
    sh`mkdir -p -- ${posix.dirname(path)}`,
    `umask 077; cat >"$candidate"; chmod ${mode} -- "$candidate"; chown ${owner} -- "$candidate"`,
    ...(validate ? [`{ ${validate(candidate)}\n} >&2`] : []),
    'sync -- "$candidate"',
  ].join('\n')
}

/** The second half: renames the candidate, so that there is always the complete old file or the complete new one. */
export function commitScript(path: string, candidate: string): string {
  return sh`mv -fT -- ${candidate} ${path}\nsync -- ${posix.dirname(path)}`
}

/** Both halves, for a file that concerns one node only. They are one list of commands, because `set -e` does not apply before `&&`. */
export function replaceScript(path: string, attributes: FileAttributes, validate?: Validate): string {
  const candidate = candidateOf(path)
  return `${stageScript(path, candidate, attributes, validate)}\n${commitScript(path, candidate)}`
}

/** Where the candidate for a file is written, beside the file. */
export function candidateOf(path: string): string {
  return posix.join(posix.dirname(path), `.${posix.basename(path)}.ha-run`)
}
