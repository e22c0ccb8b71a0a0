import { readFile } from 'node:fs/promises'
import { UsageError } from '../errors.js'
import { findLab, labNames } from './state.js'

/** Inotify instances of a node: 5 of its systemd, one of dbus and of logind each. All nodes' are counted as this root's. */
const perNode = 7

const limitFile = '/proc/sys/fs/inotify/max_user_instances'

/**
 * Linux grants a user 128 inotify instances unless told otherwise, and a systemd that gets none does not come up, without
 * a word that says so.
 *
 * @param count - nodes to be started.
 * @throws UsageError where there is not enough for them beside the labs that stand.
 */
export async function requireRoom(count: number): Promise<void> {
  const limit = Number(await readFile(limitFile, 'utf8').catch(() => Infinity))
  const labs = await Promise.all((await labNames()).map(findLab))
  const standing = labs.reduce((sum, lab) => sum + (lab?.nodes.length ?? 0), 0)
  refuseBeyond(limit, count, standing)
}

/** @throws UsageError with how many nodes there would have to be room for, and how to make it. */
export function refuseBeyond(limit: number, count: number, standing: number): void {
  const needed = perNode * (count + standing)
  if (needed <= limit) return
  throw new UsageError(`${count} nodes${standing === 0 ? '' : ` beside the ${standing} of other labs`} need ${needed} inotify instances, and this machine grants ${limit}`, {
    hint: `sysctl -w fs.inotify.max_user_instances=${2 ** Math.ceil(Math.log2(needed))}${standing === 0 ? '' : ', or take a lab down that is not needed'}`,
  })
}
