import { sh } from '../ssh/quote.js'
import { thisProcess, type AdminProcess } from './admin-process.js'
import type { LeasedSession } from './lease.js'
import { ownerText } from './run-owner.js'

/** The file on each node that is locked for a cluster. */
export function lockFile(cluster: string): string {
  return `/run/lock/ha-run.${cluster}`
}

/** The file on a host that is locked although it belongs to no cluster; no cluster can have such a name. */
export const hostLockFile = lockFile('@host')

/** Who has a lock. */
export interface LockHolder {
  /** For people: person, machine, since when, and the run. */
  owner: string
  /** The ha-run that has taken it; undefined if it cannot be identified. */
  process: AdminProcess | undefined
  /** The session on the node that has it; undefined if the file does not say. */
  session: (LeasedSession & { attempt: string }) | undefined
}

/**
 * Writes the lock file: text for the session's own shell, whose first argument is its connection.
 *
 * @param attempt - random: tells this taking of the lock from an earlier one of the same run.
 */
export function writeLockFile(file: string, run: string, attempt: string, leaseSeconds: number): string {
  const own = thisProcess()
  const processLine = own ? `process ${own.machine} ${own.pid} ${own.start}` : 'process unknown'
  return sh`printf '%s\\n' ${ownerText(run)} ${processLine} ${`session ${attempt} ${leaseSeconds}`}" $$ $1" >${file}`
}

/** Reads a lock file: `session ATTEMPT SECONDS PID CLIENT PORT SERVER PORT`, without the last four if sshd does not describe the connection. */
export function parseLockFile(text: string): LockHolder | undefined {
  const [owner = '', ...lines] = text.trim().split('\n')
  if (owner === '') return undefined
  const fieldsOf = (name: string) =>
    lines.flatMap(line => (line.startsWith(`${name} `) ? [line.split(' ').slice(1)] : []))[0] ?? []
  const [machine, pid, start] = fieldsOf('process')
  const [attempt, seconds, shell, , from, , to] = fieldsOf('session')
  return {
    owner,
    process:
      machine !== undefined && isNumber(pid) && start !== undefined ? { machine, pid: Number(pid), start } : undefined,
    session:
      attempt !== undefined && isNumber(seconds) && isNumber(shell)
        ? {
            attempt,
            pid: Number(shell),
            seconds: Number(seconds),
            ports: isNumber(from) && isNumber(to) ? { from: Number(from), to: Number(to) } : undefined,
          }
        : undefined,
  }
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text)
}
