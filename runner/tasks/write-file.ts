import { posix } from 'node:path'
import { atExit } from '../ssh/at-exit.js'
import { sh, ShellText } from '../ssh/quote.js'
import type { Remote, RemoteInput } from '../ssh/remote.js'

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
 * @returns commands that read the content from stdin.
 */
export function stageFile(
  path: string,
  candidate: string,
  { mode, owner }: FileAttributes,
  validate?: Validate,
): ShellText {
  const commands = [
    sh`set -e; candidate=${candidate}`,
    atExit('[ $code = 0 ] || rm -f -- "$candidate"'),
    sh`mkdir -p -- ${posix.dirname(path)}`,
    // In this order: chown takes setuid and setgid away.
    `umask 077; cat >"$candidate"; chown ${owner} -- "$candidate"; chmod ${mode} -- "$candidate"`,
    // In a subshell: an `exit 0` of its own must not end the replacement.
    ...(validate ? [`( ${validate(candidate)}\n) >&2`] : []),
    'sync -- "$candidate"',
  ]
  return new ShellText(commands.join('\n'))
}

/** The second half: renames the candidate, so that there is always the complete old file or the complete new one. */
export function commitFile(path: string, candidate: string): ShellText {
  return new ShellText(sh`mv -fT -- ${candidate} ${path}\nsync -- ${posix.dirname(path)}`)
}

/** Both halves, for a file that concerns one node only. They are one list of commands, because `set -e` does not apply before `&&`. */
export async function replaceFile(
  $: Remote,
  path: string,
  content: RemoteInput,
  attributes: FileAttributes,
  validate?: Validate,
): Promise<void> {
  const candidate = candidateOf(path)
  await $({ input: content })`${stageFile(path, candidate, attributes, validate)}
${commitFile(path, candidate)}`
}

/** Where the candidate for a file is written, beside the file. */
export function candidateOf(path: string): string {
  return posix.join(posix.dirname(path), `.${posix.basename(path)}.ha-run`)
}
