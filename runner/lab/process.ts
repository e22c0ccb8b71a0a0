import { $, type ProcessOutput } from 'zx/core'
import { TaskError, lastLines } from '../errors.js'

export interface CommandOptions {
  /** After this time the command is terminated with its children, which is a failure. */
  timeoutSeconds: number
  /** A failure or a timeout (exit code 124) is a result, not an error. */
  nothrow?: boolean
  cwd?: string
  env?: Record<string, string>
  /** Called with each line of the command's output as it arrives. */
  onLine?: (line: string) => void
  signal?: AbortSignal | undefined
}

/**
 * Runs a command with an empty stdin. `timeout` limits it: zx's own limit sends one SIGTERM and then waits without end, and
 * `timeout` also terminates the children.
 * @throws TaskError with the last lines of the command's output
 */
export async function runLocally(argv: string[], options: CommandOptions): Promise<ProcessOutput> {
  const bounded = ['timeout', '--kill-after=5', String(options.timeoutSeconds), ...argv]
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
    `${argv[0]} ${timedOut ? `timed out after ${options.timeoutSeconds} s` : `failed (exit code ${output.exitCode})`}`,
    { command: argv.join(' '), output: lastLines(output.stderr.trim() || output.stdout) },
  )
}

/** Runs short commands one after the other, until one fails. */
export async function runCommands(commands: string[][], signal?: AbortSignal): Promise<void> {
  for (const argv of commands) await runLocally(argv, { timeoutSeconds: 30, signal })
}
