import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { $ } from 'zx/core'
import { UsageError } from '../errors.js'
import { locksDir } from './names.js'

export interface LockOptions {
  /** For another process that has the lock. */
  timeoutSeconds: number
  /** Called once if another process has the lock. */
  onWait?: () => void
  /** The error's text if another process keeps the lock. */
  busy: string
}

/**
 * Works under a lock that the kernel releases however this process ends: `flock` keeps it while a `cat` reads a pipe from
 * this process.
 * @throws UsageError if another process has the lock for too long
 */
export async function locked<T>(name: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(locksDir, { recursive: true })
  const file = join(locksDir, name)
  const waiting = setTimeout(() => options.onWait?.(), 500)
  const shell = $({ quiet: true, nothrow: true, prefix: 'exec ', stdio: ['pipe', 'pipe', 'ignore'] })
  const holder = shell`flock --wait ${options.timeoutSeconds} ${file} sh -c ${'echo locked; exec cat'}`
  try {
    const isLocked = await Promise.race([
      new Promise<boolean>(resolve => holder.stdout.once('data', () => resolve(true))),
      holder.then(() => false),
    ])
    clearTimeout(waiting)
    if (!isLocked)
      throw new UsageError(options.busy, { hint: `Wait for that process, or end it; its lock is ${file}.` })
    return await work()
  } finally {
    clearTimeout(waiting)
    holder.stdin.end()
    await holder
  }
}
