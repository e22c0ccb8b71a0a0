import { randomBytes } from 'node:crypto'
import { quote } from './quote.js'

/**
 * The frames of a session: several scripts go to one remote shell together, and markers separate their outputs. Every
 * frame has a fresh nonce, so that a late answer is never taken for the next one; output outside of a frame (a banner, a
 * stray background process) is dropped.
 */

export interface FrameRequest {
  scripts: readonly string[]
  /** Scripts that mostly wait: they run beside the others, one after the other, and their stderr joins their stdout. */
  waiting?: readonly string[] | undefined
  /** Seconds after which the node itself ends the frame's process group. */
  timeoutSeconds: number
  /** Bytes for the scripts' stdin; without, stdin is empty. */
  input?: Buffer | undefined
  /** Called with each line of the scripts' stdout as it comes, except empty lines; stdout itself stays whole. */
  onLine?: ((line: string) => void) | undefined
}

/** The result of one script of a frame. */
export interface ScriptResult {
  exitCode: number
  stdout: string
  stderr: string
  /** The frame timed out before this script ended, or before it began. */
  timedOut: boolean
}

/** Linux allows 128 KiB for one argument, and a frame's scripts are one argument of `sh -c`. */
const maxScriptBytes = 120 * 1024

export function freshNonce(): string {
  return `ha-run-${randomBytes(12).toString('hex')}`
}

/**
 * The text that makes the session's shell run a frame.
 *
 * `timeout` puts the frame in a process group of its own, whose number the start marker carries. When it times out (124,
 * 137) or is terminated (143), it waits for its own child only. The shell therefore waits for the rest of the group (a
 * script's cleanup), and kills it after 5 s. In dash the only command of a subshell replaces the subshell, so that a
 * script of one command costs one process.
 *
 * @throws RangeError if the scripts are too long for one argument.
 */
export function encode(nonce: string, { scripts, waiting = [], timeoutSeconds, input }: FrameRequest): string {
  const stdoutMarker = `printf '\\n%s\\n' "${nonce} part $?"`
  const stderrMarker = `printf '\\n%s\\n' '${nonce} part' >&2`
  const foreground = scripts.map(script => `(\n${script}\n); ${stdoutMarker}; ${stderrMarker}`)
  const body = [
    `printf '\\n%s\\n' "${nonce} start $PPID"; printf '\\n%s\\n' '${nonce} start' >&2`,
    ...(waiting.length === 0
      ? foreground
      : [
          // The pipe keeps their output until the others have ended: a frame writes no file.
          `{ ${waiting.map(script => `(\n${script}\n) 2>&1 </dev/null; ${stdoutMarker}`).join('\n')}\n} | {`,
          'exec 3<&0 </dev/null',
          ...foreground,
          `cat <&3; ${waiting.map(() => stderrMarker).join('; ')}\n}`,
        ]),
  ].join('\n')
  if (Buffer.byteLength(body) > maxScriptBytes) {
    throw new RangeError(`a frame of ${Buffer.byteLength(body)} bytes is too long: send the data as input`)
  }
  const command = `timeout -k 5 ${timeoutSeconds} /bin/sh -c ${quote(body)} 9>&-`
  const run =
    input === undefined
      ? `${command} </dev/null &`
      : `base64 -d <<'${nonce}' | ${command} &\n${input.toString('base64').replaceAll(/.{76}/g, '$&\n')}\n${nonce}`
  return `${run}
group=$!; wait $group; code=$?
case $code in 124|137|143) n=25; while kill -s 0 -- -$group 2>/dev/null && [ $n -gt 0 ]; do sleep 0.2; n=$((n - 1)); done; kill -s KILL -- -$group 2>/dev/null ;; esac
printf '\\n%s\\n' "${nonce} end $code"; printf '\\n%s\\n' '${nonce} end' >&2\n`
}
