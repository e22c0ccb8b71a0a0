import { sha256 } from '../hash.js'
import { ownerOf } from '../ssh/control-directory.js'

/** Identifies a process of an admin machine: a later run on that machine can find out whether it still exists. */
export interface AdminProcess {
  /** Names the machine since its boot, and the namespace in which the process has its number. */
  machine: string
  pid: number
  /** When it started, in clock ticks after the boot: another process may get its number. */
  start: string
}

/** This process; undefined on a machine without /proc. */
export function thisProcess(): AdminProcess | undefined {
  const { pid, bootId, pidNamespace, startTime } = ownerOf(process.pid)
  if (bootId === undefined || pidNamespace === undefined || startTime === undefined) return undefined
  return { machine: sha256(`${bootId} ${pidNamespace}`).slice(0, 16), pid, start: startTime }
}

/** Whether it is provably gone: a process of this machine, since its last boot, that no longer exists. Names of machines prove nothing. */
export function isGone(other: AdminProcess | undefined): boolean {
  if (other === undefined || other.machine !== thisProcess()?.machine) return false
  try {
    process.kill(other.pid, 0)
  } catch (error) {
    // Another user's process exists as well.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
  const { startTime } = ownerOf(other.pid)
  return startTime !== undefined && startTime !== other.start
}
