import { dirname } from 'node:path'
import { EnvironmentError, HaRunError } from './errors.js'

/** Errors of the operating system on this machine that are no defect of ha-run, each with its remedy. */
const known: Record<string, [what: string, remedy: (folder: string) => string]> = {
  ENOSPC: [
    'the disk is full',
    folder => `free some space: \`df -h ${folder}\` and \`df -i ${folder}\` show how much there is`,
  ],
  EDQUOT: ['the disk quota is used up', () => 'remove files of this user, or raise the quota'],
  EROFS: ['the file system is read-only', folder => `remount it: \`findmnt -T ${folder}\` shows how it is mounted`],
  EACCES: ['permission denied', folder => `check the permissions: \`namei -l ${folder}\` shows them`],
  EPERM: ['not permitted', folder => `check the permissions: \`namei -l ${folder}\` shows them`],
  EIO: ['input/output error', () => '`dmesg` may show a failing disk'],
  EMFILE: ['too many open files', () => 'raise the limit (`ulimit -n`), or use a lower --forks'],
  ENFILE: ['too many open files on this machine', () => 'end other processes, or use a lower --forks'],
  ENOMEM: ['out of memory', () => 'use a lower --forks'],
  EAGAIN: ['too many processes', () => 'raise the limit (`ulimit -u`), or use a lower --forks'],
}

interface SystemError extends Error {
  code: string
  syscall: string
  path?: string
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string'
}

/**
 * The error for people: a failure of this machine's system names the path and the remedy. Any other error is returned as it is.
 *
 * @param file - what was written, if the error does not name it.
 */
export function explainSystemError(error: unknown, file?: string): unknown {
  if (error instanceof HaRunError || !isSystemError(error)) return error
  const [what, remedy] = known[error.code] ?? []
  if (what === undefined || remedy === undefined) return error
  const path = file ?? error.path
  return new EnvironmentError(`${path === undefined ? error.syscall : path}: ${what}`, {
    // The file itself may not exist.
    hint: remedy(path === undefined ? '.' : dirname(path)),
    cause: error,
  })
}
