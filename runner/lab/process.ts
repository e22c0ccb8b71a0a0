import { $, type ProcessOutput } from 'zx/core'
import { TaskError, lastLines } from '../errors.js'

export interface RunOptions {
  /** After this many seconds the command is ended, with its children, and the run has failed. */
  seconds: number
  /** Give back the output of a command that failed or ran out of time (exit code 124), too. */
  nothrow?: boolean
  cwd?: string
  env?: Record<string, string>
  /** Called with each line of the command's output as it comes. */
  onLine?: (line: string) => void
  signal?: AbortSignal | undefined
}

/**
 * Runs a command with nothing on its stdin. `timeout` bounds it because zx's own limit sends one SIGTERM and then
 * waits for ever, and because `timeout` also ends the children.
 * @throws TaskError with the last lines of the command's output
 */
export async function run(words: string[], options: RunOptions): Promise<ProcessOutput> {
  const bounded = ['timeout', '--kill-after=5', String(options.seconds), ...words]
  const shell = $({
    quiet: true,
    nothrow: true,
    prefix: 'exec ',
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    signal: options.signal,
  })
  const running = options.onLine ? shell`${bounded} 2>&1` : shell`${bounded}`
  if (options.onLine) for await (const line of running) options.onLine(line)
  const output = await running
  options.signal?.throwIfAborted()
  if (output.exitCode === 0 || options.nothrow) return output
  const timedOut = output.exitCode === 124 || output.exitCode === 137
  throw new TaskError(
    `${words[0]} ${timedOut ? `did not end within ${options.seconds} s` : `failed (exit code ${output.exitCode})`}`,
    { command: words.join(' '), output: lastLines(output.stderr.trim() || output.stdout) },
  )
}

/** Runs short commands one after the other; the first that fails ends it. */
export async function runAll(commands: string[][], signal?: AbortSignal): Promise<void> {
  for (const words of commands) await run(words, { seconds: 30, signal })
}
