import { hostname } from 'node:os'
import {
  lstatSync,
  mkdtempSync,
  openSync,
  closeSync,
  constants,
  readFileSync,
  readdirSync,
  readlinkSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { explainSystemError } from '../system-error.js'

/**
 * The directory of a run's control sockets, and what killed runs have left of theirs. A socket's path may have 104 bytes and ssh adds a
 * random suffix while it makes one, so the directory is near the root.
 */
const parent = '/tmp'
const name = /^ha-run-[A-Za-z0-9]{6}$/

/** Names the process that the directory belongs to. */
const ownerFile = 'owner'

/** Makes the directory, which only this user can read. @throws EnvironmentError if this machine has no room for it. */
export function makeControlDirectory(): string {
  let directory
  try {
    directory = mkdtempSync(join(parent, 'ha-run-'))
    writeFileSync(join(directory, ownerFile), JSON.stringify(ownerOf(process.pid)), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (directory !== undefined) removeControlDirectory(directory)
    throw explainSystemError(error)
  }
  sweepControlDirectories(parent)
  return directory
}

/** Removes it as far as possible: what is left does no harm, and the next run sweeps it. */
export function removeControlDirectory(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true })
  } catch {
    // A file system that has become read-only: not what the run was about.
  }
}

/** Identifies a process, also if its number was given to another one later. */
export interface Owner {
  pid: number
  /** Several machines may share a directory. */
  host: string
  /** Its start, in clock ticks since the boot; undefined without /proc. */
  startTime: string | undefined
  bootId: string | undefined
  /** Numbers of other PID namespaces mean other processes. */
  pidNamespace: string | undefined
}

export function ownerOf(pid: number): Owner {
  return {
    pid,
    host: hostname(),
    startTime: startTimeOf(pid),
    bootId: orUndefined(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: orUndefined(() => readlinkSync('/proc/self/ns/pid')),
  }
}

/** Removes the directories in `folder` that this user's runs have left and whose process has provably ended. */
export function sweepControlDirectories(folder: string): void {
  try {
    // Without the sticky bit, another user could put something else in a directory's place.
    if ((lstatSync(folder).mode & constants.S_IFMT) !== constants.S_IFDIR || (lstatSync(folder).mode & 0o1000) === 0)
      return
    for (const entry of readdirSync(folder)) if (name.test(entry)) sweep(join(folder, entry))
  } catch {
    // Nothing depends on it.
  }
}

function sweep(directory: string): void {
  try {
    const { uid, mode } = lstatSync(directory)
    const isOurs = (mode & constants.S_IFMT) === constants.S_IFDIR && uid === process.getuid?.() && (mode & 0o077) === 0
    if (isOurs && hasEnded(readOwner(directory))) rmSync(directory, { recursive: true, force: true })
  } catch {
    // It has just gone, or is not as ha-run makes it.
  }
}

/** Reads the owner from a regular file of moderate size. */
function readOwner(directory: string): Owner | undefined {
  const file = openSync(join(directory, ownerFile), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const bytes = Buffer.alloc(1024)
    const owner: unknown = JSON.parse(bytes.toString('utf8', 0, readSync(file, bytes)))
    return isOwner(owner) ? owner : undefined
  } finally {
    closeSync(file)
  }
}

function isOwner(value: unknown): value is Owner {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isInteger(value.pid) &&
    Number(value.pid) > 1
  )
}

/** True only if it is certain: after another boot, without the process, or if its number has another process now. */
function hasEnded(owner: Owner | undefined): boolean {
  if (owner?.bootId === undefined) return false
  const now = ownerOf(owner.pid)
  if (owner.host !== now.host) return false
  if (owner.bootId !== now.bootId) return now.bootId !== undefined
  if (owner.pidNamespace === undefined || owner.pidNamespace !== now.pidNamespace) return false
  return owner.startTime !== undefined && owner.startTime !== now.startTime
}

/** The 22nd field of /proc/PID/stat. The second one, in parentheses, may contain anything. */
function startTimeOf(pid: number): string | undefined {
  const stat = orUndefined(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function orUndefined(read: () => string): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
