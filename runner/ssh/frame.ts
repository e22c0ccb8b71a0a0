import { randomBytes } from 'node:crypto'
import { quote } from './quote.js'

/**
 * The frames of a session: how several scripts travel to one remote shell, and how their outputs are told apart on
 * the way back. Every frame has a fresh nonce, so that a late answer is never read as the next one; what stands
 * outside of a frame (banners, a stray background process) is dropped.
 */

export interface Request {
  scripts: readonly string[]
  /** Seconds after which the node itself ends the frame's process group. */
  timeoutSeconds: number
  /** Bytes for the scripts' stdin; without, stdin is empty. */
  input?: Buffer | undefined
  /** Called with each line of the scripts' stdout as it comes, empty ones left out; stdout itself stays whole. */
  onLine?: ((line: string) => void) | undefined
}

/** What one script of a frame left behind. */
export interface Part {
  exitCode: number
  stdout: string
  stderr: string
  /** The frame's time was over before this script ended, or before it began. */
  timedOut: boolean
}

/** Linux allows 128 KiB for one argument, and a frame's scripts travel as one argument of `sh -c`. */
const longestScript = 120 * 1024

export function freshNonce(): string {
  return `ha-run-${randomBytes(12).toString('hex')}`
}

/**
 * The text that makes the session's shell run a frame.
 *
 * `timeout` puts the frame in a process group of its own, whose number the start marker tells. Out of time (124, 137)
 * or ended from outside (143), it is content when its own child has gone; so what is left of the group (a script's
 * trap that puts things back) is waited for here, and killed after 5 s. In dash a command that is all of a subshell
 * replaces it, so that a script of one command costs one process.
 *
 * @throws RangeError when the scripts are too long for one argument.
 */
export function encode(nonce: string, { scripts, timeoutSeconds, input }: Request): string {
  const body = [
    `printf '\\n%s\\n' "${nonce} start $PPID"; printf '\\n%s\\n' '${nonce} start' >&2`,
    ...scripts.map(script => `(\n${script}\n); printf '\\n%s\\n' "${nonce} part $?"; printf '\\n%s\\n' '${nonce} part' >&2`),
  ].join('\n')
  if (Buffer.byteLength(body) > longestScript) {
    throw new RangeError(`a frame of ${Buffer.byteLength(body)} bytes is too long: send data as input`)
  }
  const command = `timeout -k 5 ${timeoutSeconds} /bin/sh -c ${quote(body)} 9>&-`
  const run = input === undefined ? `${command} </dev/null &`
    : `base64 -d <<'${nonce}' | ${command} &\n${input.toString('base64').replaceAll(/.{76}/g, '$&\n')}\n${nonce}`
  return `${run}
group=$!; wait $group; code=$?
case $code in 124|137|143) n=25; while kill -s 0 -- -$group 2>/dev/null && [ $n -gt 0 ]; do sleep 0.2; n=$((n - 1)); done; kill -s KILL -- -$group 2>/dev/null ;; esac
printf '\\n%s\\n' "${nonce} end $code"; printf '\\n%s\\n' '${nonce} end' >&2\n`
}
