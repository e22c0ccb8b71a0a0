import { $, type ProcessOutput, type ProcessPromise } from 'zx/core'
import type { ConnectError } from '../errors.js'
import { exportProcess } from './askpass.js'
import { diagnose, type Diagnosis } from './diagnose.js'
import { quote } from './quote.js'
import type { Channel } from './session.js'

/** A store in zx's sense that keeps nothing: a session's output is read as it arrives, and may go on for days. */
const noChunks = {
  length: 0,
  push: () => 0,
  join: () => '',
  reduce: <T>(_: unknown, initial: T) => initial,
  [Symbol.iterator]: () => [].values(),
}

/** Debian's sh starts in about half of bash's time (1.3 ms to 2.3 ms). */
const plain = { quiet: true, nothrow: true, shell: '/bin/sh', quote, postfix: '' } as const

/**
 * Starts a local process with pipes to ha-run. It is detached, so that a Ctrl-C on the terminal reaches ha-run alone and
 * a running step can be finished.
 *
 * @param env - variables beside those of this process, for an ssh that may ask for a password.
 */
export function startProcess(argv: string[], env?: Record<string, string>): ProcessPromise {
  return $({
    ...plain,
    detached: true,
    prefix: env ? `${exportProcess}exec ` : 'exec ',
    ...(env && { env: { ...process.env, ...env } }),
    store: { stdout: noChunks, stderr: noChunks, stdall: noChunks },
    stdio: ['pipe', 'pipe', 'pipe'],
  })`${argv}`
}

/** Runs a short local command with an empty stdin; any exit code is a result. */
export async function runProcess(argv: string[], timeout: '10s' | '20s' = '10s'): Promise<ProcessOutput> {
  return $({ ...plain, prefix: 'exec ', timeout, stdio: ['ignore', 'pipe', 'pipe'] })`${argv}`
}

/** A remote shell at the other end of an ssh process. */
export class SshChannel implements Channel {
  readonly closed: Promise<ConnectError>
  readonly #process: ProcessPromise
  #stderr = ''
  /** What the node printed before the shell was ready. */
  #stdout = ''
  #isReady = false
  #killReason: Diagnosis | undefined

  constructor(process: ProcessPromise, name: string) {
    this.#process = process
    // `closed` reports an ssh that has gone; a write to it is no second error.
    process.stdin.on('error', () => {})
    process.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-8192)
    })
    process.stdout.on('data', (chunk: Buffer) => {
      if (!this.#isReady) this.#stdout = (this.#stdout + chunk.toString()).slice(-8192)
    })
    this.closed = process.then(({ exitCode, signal }) =>
      diagnose(
        name,
        {
          stderr: this.#isReady ? sshMessages(this.#stderr) : this.#stderr,
          stdout: this.#stdout,
          exitCode,
          signal,
          wasReady: this.#isReady,
        },
        this.#killReason,
      ),
    )
  }

  get stderr(): string {
    return this.#stderr
  }

  /** From now on stderr is mostly that of the scripts, which does not describe the connection. */
  ready(): void {
    this.#isReady = true
    this.#stderr = ''
    this.#stdout = ''
  }

  /**
   * What is written in one turn of the event loop goes in one piece. In two, the second would wait until the node has
   * acknowledged the first (Nagle's algorithm, which ssh leaves on without a terminal), and that takes it 40 ms.
   */
  write(text: string): void {
    const { stdin } = this.#process
    if (stdin.writableCorked === 0) {
      stdin.cork()
      setImmediate(() => stdin.uncork())
    }
    stdin.write(text)
  }

  onOutput(stream: 'stdout' | 'stderr', take: (chunk: Buffer) => void): void {
    this.#process[stream].on('data', take)
  }

  end(): void {
    this.#process.stdin.end()
  }

  /** @param reason - the error, unless ssh or the node has printed one. */
  kill(reason?: Diagnosis): void {
    this.#killReason = reason ?? this.#killReason
    const { pid } = this.#process
    if (pid === undefined || this.#process.child?.exitCode !== null) return
    try {
      process.kill(pid, 'SIGTERM')
    } catch {
      // It ended by itself in between.
    }
  }
}

/** The lines that ssh itself writes about a connection that has ended. */
function sshMessages(stderr: string): string {
  return stderr
    .split('\n')
    .filter(line =>
      /^(Timeout, server|Received disconnect|Disconnected from|Connection (to|closed|reset)|Read from remote host|client_loop:|packet_write_|ssh_dispatch)/.test(
        line,
      ),
    )
    .join('\n')
}
