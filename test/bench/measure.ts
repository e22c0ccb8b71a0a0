import { spawn } from 'node:child_process'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Run } from './results.js'

/** The output and the cost of a command. */
export interface Measured {
  exitCode: number | null
  stdout: string
  stderr: string
  run: Run
}

export interface MeasureOptions {
  env?: Record<string, string>
  /** Terminates the command, and the measurement with it. */
  signal: AbortSignal
}

/** Longer than any work of the benchmark. */
const timeoutMs = 600_000

/**
 * Runs a command and measures it from outside: wall time by this process's monotonic clock; processor time and memory as
 * the kernel accounts them to GNU time, which are those of the command and of every child that was waited for (ssh
 * clients, Ansible's workers). Detached processes, such as the ssh masters that Ansible leaves behind, are not counted.
 * Output goes to files, since such a master would keep a pipe open.
 */
export async function measure(words: string[], { env, signal }: MeasureOptions): Promise<Measured> {
  signal.throwIfAborted()
  const folder = await mkdtemp(join(tmpdir(), 'ha-run-bench-'))
  const at = (name: string) => join(folder, name)
  const text = (name: string) => readFile(at(name), 'utf8')
  const [stdout, stderr] = await Promise.all([open(at('stdout'), 'w'), open(at('stderr'), 'w')])
  try {
    const started = performance.now()
    const child = spawn('/usr/bin/time', ['-f', '%U %S %M', '-o', at('time'), ...words], {
      stdio: ['ignore', stdout.fd, stderr.fd],
      env: { ...process.env, ...env },
      detached: true,
    })
    const end = () => process.kill(-child.pid!, 'SIGTERM')
    signal.addEventListener('abort', end)
    // The signal may have been aborted while the files were opened.
    if (signal.aborted) end()
    const giveUp = setTimeout(end, timeoutMs)
    const exitCode = await new Promise<number | null>((resolve, reject) =>
      child.on('exit', resolve).on('error', reject),
    )
    const seconds = (performance.now() - started) / 1000
    clearTimeout(giveUp)
    signal.removeEventListener('abort', end)
    signal.throwIfAborted()
    // For a failed command, time prints a line before the figures.
    const [user = 0, system = 0, kilobytes = 0] = (await text('time')).trim().split('\n').at(-1)!.split(' ').map(Number)
    return {
      exitCode,
      stdout: await text('stdout'),
      stderr: await text('stderr'),
      run: {
        seconds: rounded(seconds, 3),
        cpuSeconds: rounded(user + system, 2),
        peakMegabytes: rounded((kilobytes * 1024) / 1e6, 1),
      },
    }
  } finally {
    await Promise.all([stdout.close(), stderr.close()])
    await rm(folder, { recursive: true, force: true })
  }
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
