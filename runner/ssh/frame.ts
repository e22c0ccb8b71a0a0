import { randomBytes } from 'node:crypto'
import { quote } from './quote.js'

/**
 * The frames of a session: several scripts go to one remote shell together, and markers separate their outputs. Every
 * frame has a fresh nonce, so that a late answer is never taken for the next one; output outside of a frame (a banner, a
 * stray background process) is dropped.
 */

export interface FrameRequest {
  scripts: readonly FrameScript[]
  /** Scripts that mostly wait: they run beside the others, one after the other, and their stderr joins their stdout. */
  waiting?: readonly string[] | undefined
  /** Seconds after which the node itself ends the frame's process group. */
  timeoutSeconds: number
  /** Bytes for the scripts' stdin; without, stdin is empty. */
  input?: Buffer | undefined
  /** Called with each line of the scripts' stdout as it comes, except empty lines; stdout itself stays whole. */
  onLine?: ((line: string) => void) | undefined
  /** Called when the output of each script has arrived, in the order of the results. */
  onPart?: (() => void) | undefined
}

/** A script, or one that asks a service of the node. */
export type FrameScript = string | ServiceScript

/**
 * A script that asks a service, which may hang. Once a script for that service has exited with the code of `timeout`, the frame's
 * later ones for it are skipped and get the same exit code: a service that hangs delays the frame once.
 */
export interface ServiceScript {
  script: string
  /** A name that the shell accepts as part of a variable's name. */
  service: string
}

/** The text of a script. */
export function scriptText(script: FrameScript): string {
  return typeof script === 'string' ? script : script.script
}

export function isTimeout(exitCode: number | null): boolean {
  return exitCode === timeoutCode || exitCode === 137
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

/** `timeout` exits with it, or with 137 if it had to kill. */
export const timeoutCode = 124

export function freshNonce(): string {
  return `ha-run-${randomBytes(12).toString('hex')}`
}

export function isNonce(text: string): boolean {
  return /^ha-run-[0-9a-f]{24}$/.test(text)
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
  const stdoutMarker = (code = '$?') => `printf '\\n%s\\n' "${nonce} part ${code}"`
  const stderrMarker = `printf '\\n%s\\n' '${nonce} part' >&2`
  const foreground = scripts.map(script => `${subshell(script, stdoutMarker)}; ${stderrMarker}`)
  const body = [
    `printf '\\n%s\\n' "${nonce} start $PPID"; printf '\\n%s\\n' '${nonce} start' >&2`,
    ...(waiting.length === 0
      ? foreground
      : [
          // The pipe keeps their output until the others have ended: a frame writes no file.
          `{ ${waiting.map(script => `(\n${script}\n) 2>&1 </dev/null; ${stdoutMarker()}`).join('\n')}\n} | {`,
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

/** A script in a subshell, and the marker with its exit code behind it. */
function subshell(script: FrameScript, marker: (code?: string) => string): string {
  if (typeof script === 'string') return `(\n${script}\n); ${marker()}`
  const hung = `hung_${script.service}`
  return `code=${timeoutCode}; [ "$${hung}" ] || { (\n${script.script}\n); code=$?; case $code in ${timeoutCode}|137) ${hung}=yes ;; esac; }
${marker('$code')}`
}
