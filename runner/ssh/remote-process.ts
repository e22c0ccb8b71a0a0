import { PassThrough, type Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { ProcessOutput } from 'zx/core'
import { Secret } from '../secret.js'
import { outcome } from './outcome.js'
import type { Session } from './session.js'

/** As in zx, a number with its unit. A bare number is refused: zx would read it as milliseconds. */
export type Duration = `${number}ms` | `${number}s` | `${number}m`

/** Bytes for a command's stdin. */
export type RemoteInput = string | Buffer | Secret

export interface RemoteOptions {
  /** Without, stdin is empty. */
  input?: RemoteInput | undefined
  /** Time after which the node ends the command and all that it started; 60 s by default. */
  timeout?: Duration
  /** stdout is a secret: no error quotes it. */
  secretOutput?: boolean
  /** An exit code that is not 0 is a result, not an error. */
  nothrow?: boolean
  /** As in zx; a remote command prints nothing in any case. */
  quiet?: boolean
  /**
   * Called with each line of stdout as it comes, empty ones left out, so that long work can report its progress. stdout
   * itself stays whole. A line is the node's own text: escape it before it goes to a terminal.
   */
  onLine?: (line: string) => void
}

/** A node's session, with the name that errors call the node by. */
export interface NodeSession {
  name: string
  session: Session
}

const defaultTimeout: Duration = '60s'

/**
 * A command on a node, as zx's `ProcessPromise` is one on this machine: a promise of its output, with zx's methods to
 * set options and to read the output. The command is sent at the end of the turn in which it was written, so that a
 * chain of methods still counts.
 */
export class RemoteProcess extends Promise<ProcessOutput> {
  readonly #options: RemoteOptions
  #stdin: PassThrough | undefined

  /** What `then` returns is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  constructor(node: NodeSession, script: string, options: RemoteOptions) {
    let settle: (output: Promise<ProcessOutput>) => void
    super(resolve => {
      settle = resolve
    })
    this.#options = { ...options }
    queueMicrotask(() => settle(this.#run(node, script)))
  }

  /** An exit code that is not 0 is a result, not an error. */
  nothrow(nothrow = true): this {
    this.#options.nothrow = nothrow
    return this
  }

  /** As in zx; a remote command prints nothing in any case. */
  quiet(): this {
    return this
  }

  /** Time after which the node ends the command and all that it started. */
  timeout(timeout: Duration): this {
    this.#options.timeout = timeout
    return this
  }

  /** stdout followed by stderr, as zx's `text()` has both; `stdout` alone is in the output. */
  async text(encoding?: BufferEncoding): Promise<string> {
    return (await this).text(encoding)
  }

  /** The lines of stdout followed by those of stderr. */
  async lines(delimiter?: string | RegExp): Promise<string[]> {
    return (await this).lines(delimiter)
  }

  /** Collects the command's stdin, for a pipe: once it is used, the command is sent when the stream has ended. */
  get stdin(): Writable {
    this.#stdin ??= new PassThrough()
    return this.#stdin
  }

  async #run({ name, session }: NodeSession, script: string): Promise<ProcessOutput> {
    const input = this.#stdin === undefined ? bytesOf(this.#options.input) : await buffer(this.#stdin)
    const { timeout = defaultTimeout, nothrow = false, secretOutput = false, onLine } = this.#options
    const timeoutSeconds = secondsOf(timeout)
    const [part] = await session.run({ scripts: [script], timeoutSeconds, input, onLine })
    const isSecret = secretOutput && part!.exitCode !== 0
    return outcome(script, isSecret ? { ...part!, stdout: '' } : part!, name, timeoutSeconds, nothrow)
  }
}

function bytesOf(input: RemoteOptions['input']): Buffer | undefined {
  if (input instanceof Secret) return input.reveal()
  return input === undefined ? undefined : Buffer.from(input)
}

const secondsPerUnit = { ms: 0.001, s: 1, m: 60 }

/** @throws TypeError for what is no duration above zero: `timeout 0` on the node would mean none at all. */
function secondsOf(duration: Duration): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(duration) ?? []
  const seconds = Number(number) * secondsPerUnit[unit as keyof typeof secondsPerUnit]
  if (!(seconds > 0)) throw new TypeError(`not a duration such as 500ms, 30s or 2m: ${duration}`)
  return seconds
}
