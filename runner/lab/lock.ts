import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { $ } from 'zx/core'
import { UsageError } from '../errors.js'
import { locksDir } from './names.js'

export interface LockOptions {
  /** How long to wait for another holder, in seconds. */
  seconds: number
  /** Called once if there is another holder to wait for. */
  onWait?: () => void
  /** What it means when the wait was in vain. */
  busy: string
}

/**
 * Does work while holding a lock that the kernel gives back however this process ends: `flock` holds it for a `cat`
 * whose stdin is a pipe from us.
 * @throws UsageError when the lock cannot be had in time
 */
export async function locked<T>(name: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(locksDir, { recursive: true })
  const file = join(locksDir, name)
  const waiting = setTimeout(() => options.onWait?.(), 500)
  const shell = $({ quiet: true, nothrow: true, prefix: 'exec ', stdio: ['pipe', 'pipe', 'ignore'] })
  const holder = shell`flock --wait ${options.seconds} ${file} sh -c ${'echo held; exec cat'}`
  try {
    const held = await Promise.race([
      new Promise<boolean>(resolve => holder.stdout.once('data', () => resolve(true))),
      holder.then(() => false),
    ])
    clearTimeout(waiting)
    if (!held) throw new UsageError(options.busy, { hint: `Its lock is ${file}; wait for it, or end that process.` })
    return await work()
  } finally {
    clearTimeout(waiting)
    holder.stdin.end()
    await holder
  }
}
