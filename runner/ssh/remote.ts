import { ProcessOutput } from 'zx/core'
import { TaskError } from '../errors.js'
import { Secret } from '../secret.js'
import { lastLines } from './diagnose.js'
import type { Part } from './frame.js'
import { shellText, type Words } from './quote.js'
import type { Session } from './session.js'

export interface RemoteOptions {
  /** Bytes for the command's stdin. Without, stdin is empty. */
  input?: string | Buffer | Secret | undefined
  /** Seconds until the node ends the command and all that it started. */
  timeout?: number
  /** stdout is a secret: no error quotes it. */
  secretOutput?: boolean
  /** An exit code that is not 0 is a result, not an error. */
  nothrow?: boolean
  /**
   * Called with each line of stdout as it comes, empty ones left out, so that long work can say how far it is. The
   * caller gets the same stdout as without. A line is what the node says: nothing that a terminal should be told as it is.
   */
  onLine?: (line: string) => void
}

/** A node's session, with the name that errors call the node by. */
export interface Place {
  name: string
  session: Session
}

/** Seconds: long enough for a slow Pi, short enough that nobody thinks that the run hangs. */
const defaultTimeout = 60

/**
 * zx's `$`, bound to a node: words are quoted for the node's POSIX sh, lists become several words, and what comes
 * back is zx's own `ProcessOutput`.
 *
 * ```ts
 * const { stdout } = await $`systemctl is-active apache2.service`
 * await $({ input: key, timeout: 10 })`install -m 0400 /dev/stdin ${path}`
 * await $({ onLine: line => progress(line) }).script(text)
 * ```
 */
export interface Remote {
  (pieces: TemplateStringsArray, ...values: Words[]): Promise<ProcessOutput>
  (options: RemoteOptions): Remote
  /** Runs shell text that is complete already: what pure functions have built. */
  script(text: string): Promise<ProcessOutput>
}

/** A command failed on a node. */
export class CommandError extends TaskError {
  readonly result: ProcessOutput

  constructor(command: string, result: ProcessOutput, says: string) {
    super(says, { command, output: lastLines(result.stderr.trim() === '' ? result.stdout : result.stderr) })
    this.result = result
  }
}

/** A frame's part as zx would have returned it from a local process. */
export function processOutput({ exitCode, stdout, stderr }: Part): ProcessOutput {
  return new ProcessOutput(exitCode, null, stdout, stderr, stdout + stderr, stderr)
}

/** What a script left behind, or the error that says how it failed. */
export function outcome(script: string, part: Part, where: string, timeout: number, nothrow: boolean): ProcessOutput {
  const result = processOutput(part)
  if (part.timedOut) throw new CommandError(script, result, `no end within ${timeout} s on ${where}: it was ended there`)
  if (part.exitCode !== 0 && !nothrow) throw new CommandError(script, result, `exit code ${part.exitCode} on ${where}`)
  return result
}

export function remote(place: Place, options: RemoteOptions = {}): Remote {
  const { input, timeout = defaultTimeout, nothrow = false, onLine } = options
  async function script(text: string): Promise<ProcessOutput> {
    const bytes = input instanceof Secret ? input.reveal() : input === undefined ? undefined : Buffer.from(input)
    const [part] = await place.session.run({ scripts: [text], timeout, input: bytes, onLine })
    const isSecret = options.secretOutput && part!.exitCode !== 0
    return outcome(text, isSecret ? { ...part!, stdout: '' } : part!, place.name, timeout, nothrow)
  }
  const call = (first: TemplateStringsArray | RemoteOptions, ...values: Words[]) =>
    'raw' in first ? script(shellText(first, values)) : remote(place, { ...options, ...first })
  return Object.assign(call, { script }) as Remote
}
