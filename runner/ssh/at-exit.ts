import { sh } from './quote.js'

/**
 * Shell text that has a script put things back when it ends, also when it is ended; its exit code is `$code` then, and stays.
 *
 * Whoever ends a frame's group reaches it twice: with a signal of their own, and with the one that `timeout` hands on. The
 * second must not end what puts back, so from the first on they are ignored, which a command that is started inherits.
 */
export function atExit(cleanup: string): string {
  return sh`trap ${`code=$?; trap '' TERM INT HUP; ${cleanup}; exit $code`} EXIT; trap ${`trap '' TERM INT HUP; exit 143`} TERM INT HUP`
}
