import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { ConnectError } from '../../runner/errors.js'
import { Session, type Channel } from '../../runner/ssh/session.js'

/** The POSIX shells of this machine, any of which may be a node's /bin/sh. */
export const shells: [name: string, argv: string[]][] = [
  ['dash', ['/bin/dash']],
  ['bash', ['/bin/bash', '--posix']],
  ['busybox', ['/bin/busybox', 'sh']],
].filter((shell): shell is [string, string[]] => existsSync(shell[1]![0]!))

/** The directory in which shells run, so that a wrongly quoted `>` writes here. */
export const scratch = mkdtempSync(join(tmpdir(), 'ha-run-scratch-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

/** A shell on this machine in place of one on a node. */
export class LocalShell implements Channel {
  readonly process: ChildProcessWithoutNullStreams
  readonly closed: Promise<ConnectError>

  constructor([command = '/bin/sh', ...argv]: string[] = []) {
    this.process = spawn(command, argv, { stdio: 'pipe', cwd: scratch, env: { ...process.env, LC_ALL: 'C' } })
    this.process.stdin.on('error', () => {})
    this.closed = new Promise(resolve => {
      this.process.on('exit', () => resolve(new ConnectError('the local shell is gone')))
    })
  }

  write(text: string): void {
    this.process.stdin.write(text)
  }

  onOutput(stream: 'stdout' | 'stderr', take: (chunk: Buffer) => void): void {
    this.process[stream].on('data', take)
  }

  end(): void {
    this.process.stdin.end()
  }

  kill(): void {
    this.process.kill('SIGKILL')
  }
}

/** A session over a shell on this machine, closed with the test. */
export function localSession(
  t: Pick<ExecutionContext, 'teardown'>,
  argv?: string[],
): { session: Session; shell: LocalShell } {
  const shell = new LocalShell(argv)
  const session = new Session(shell, 'local')
  t.teardown(async () => {
    await session.close()
    for (const stream of ['stdout', 'stderr', 'stdin'] as const) shell.process[stream].destroy()
  })
  return { session, shell }
}

/** A session over a shell on this machine, with the name of a node. */
export function localNode(t: Pick<ExecutionContext, 'teardown'>, name = 'node1'): { name: string; session: Session } {
  return { name, session: localSession(t).session }
}

/** True if a process still exists. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 2) throw new Error(`not a process: ${pid}`)
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return true
}

/**
 * Signals a process, or with `group` its process group, only if it descends from `ancestor`. A number that was misread can be
 * 0, 1 or -1, and for root these mean the own group, init, and every process of the machine.
 *
 * @param ancestor - a process that the test has started.
 */
export function signal(pid: number, name: NodeJS.Signals, ancestor: number | undefined, { group = false } = {}): void {
  if (!Number.isInteger(pid) || pid < 2) throw new Error(`not a process to signal: ${pid}`)
  if (ancestor === undefined || ancestor < 2 || !descends(pid, ancestor))
    throw new Error(`process ${pid} does not descend from the test`)
  process.kill(group ? -pid : pid, name)
}

function descends(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1; at = parentOf(at)) if (at === ancestor) return true
  return false
}

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}
