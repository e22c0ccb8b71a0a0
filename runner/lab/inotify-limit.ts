import { readFile } from 'node:fs/promises'
import { UsageError } from '../errors.js'
import { findLab, labNames } from './state.js'

/** Inotify instances of a node: 5 of systemd, one each of dbus and logind. Those of all nodes count for this machine's root. */
const instancesPerNode = 7

const limitFile = '/proc/sys/fs/inotify/max_user_instances'

/**
 * Linux allows a user 128 inotify instances by default. A systemd that gets none does not come up, and reports no reason.
 *
 * @param count - nodes to be started.
 * @throws UsageError if the nodes of all labs would exceed the limit.
 */
export async function requireInotifyInstances(count: number): Promise<void> {
  const limit = Number(await readFile(limitFile, 'utf8').catch(() => Infinity))
  const labs = await Promise.all((await labNames()).map(findLab))
  const running = labs.reduce((sum, lab) => sum + (lab?.nodes.length ?? 0), 0)
  checkInotifyLimit(limit, count, running)
}

/** @throws UsageError with the number that is needed, and how to raise the limit. */
export function checkInotifyLimit(limit: number, count: number, running: number): void {
  const needed = instancesPerNode * (count + running)
  if (needed <= limit) return
  throw new UsageError(
    `${count} nodes${running === 0 ? '' : ` beside the ${running} of other labs`} need ${needed} inotify instances, and this machine allows ${limit}`,
    {
      hint: `sysctl -w fs.inotify.max_user_instances=${2 ** Math.ceil(Math.log2(needed))}${running === 0 ? '' : ', or take down a lab that is not needed'}`,
    },
  )
}
