import { sh, ShellText } from './quote.js'

/**
 * Shell text that makes a script clean up when it ends or is terminated. `$code` is its exit code, which stays the same.
 *
 * A frame's process group receives a signal twice: from its sender, and from `timeout`, which passes its own on. The second
 * must not terminate the cleanup, so signals are ignored from the first on; the commands of the cleanup inherit that.
 */
export function atExit(cleanup: string): ShellText {
  return new ShellText(
    sh`trap ${`code=$?; trap '' TERM INT HUP; ${cleanup}; exit $code`} EXIT; trap ${`trap '' TERM INT HUP; exit 143`} TERM INT HUP`,
  )
}
