import { until } from '../engine/until.js'
import { attachScript, isDetached } from './detach.js'
import { drainedNodes, readmitScript } from './drain.js'
import { cibText } from './facts.js'
import { reachable, type ClusterMember, type Scope } from './members.js'

/** What a run of ours sets in the CIB for a while, and what takes it back after a run that could not. */

/** The CIB, which is the same on all nodes, from the first one whose Pacemaker answers; undefined where none does. */
export async function cibOf(members: ClusterMember[]): Promise<{ member: ClusterMember; cib: string } | undefined> {
  for (const member of reachable(members)) {
    const cib = await member.read(cibText)
    if (cib !== undefined) return { member, cib }
  }
  return undefined
}

/** The nodes that a run has emptied and not readmitted. */
export async function drainedIn(members: ClusterMember[]): Promise<string[]> {
  const found = await cibOf(members)
  return found ? drainedNodes(found.cib) : []
}

/** Takes back every standby that bears our mark, and no other. */
export async function readmitDrained({ members, abandon, progress }: Scope): Promise<void> {
  const found = await cibOf(members)
  if (!found) return
  for (const node of drainedNodes(found.cib)) await found.member.$({ timeout: 30 }).script(readmitScript(node))
  await until('the nodes to take part again', 30, async () => {
    for (const member of members) member.changed()
    return (await drainedIn(members)).length === 0 ? true : undefined
  }, { abandon, progress })
}

/** Whether a full stop that was interrupted has left the cluster in maintenance mode. */
export async function isDetachedIn(members: ClusterMember[]): Promise<boolean> {
  const found = await cibOf(members)
  return found !== undefined && isDetached(found.cib)
}

/** Takes back our maintenance mode, and no other. */
export async function endDetachment({ members, abandon, progress }: Pick<Scope, 'members' | 'abandon' | 'progress'>): Promise<void> {
  const found = await cibOf(members)
  if (!found || !isDetached(found.cib)) return
  await found.member.$({ timeout: 30 }).script(attachScript())
  await until('the end of the maintenance mode', 30, async () => {
    for (const member of members) member.changed()
    return await isDetachedIn(members) ? undefined : true
  }, { abandon, progress })
}
