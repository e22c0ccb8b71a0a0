import { until } from '../engine/until.js'
import { attachScript, isDetached } from './detach.js'
import { drainedNodes, readmitScript } from './drain.js'
import { cibText } from './facts.js'
import { readOnAll, type ClusterMember, type Scope } from './members.js'

/** The nodes that a run has emptied and not readmitted, as the CIB of any node says. */
export async function drainedIn(members: ClusterMember[]): Promise<string[]> {
  const [cib] = (await readOnAll(members, cibText)).flatMap(([, text]) => text ?? [])
  return cib === undefined ? [] : drainedNodes(cib)
}

/** Takes back every standby that bears our mark, and no other. */
export async function readmitDrained({ members, abandon }: Scope): Promise<void> {
  for (const node of await drainedIn(members)) {
    const [there] = (await readOnAll(members, cibText)).filter(([, text]) => text !== undefined)
    await there![0].$({ timeout: 30 }).script(readmitScript(node))
  }
  await until('the nodes to take part again', 30, async () => {
    for (const member of members) member.changed()
    return (await drainedIn(members)).length === 0 ? true : undefined
  }, { abandon })
}

/** Whether a full stop that was interrupted has left the cluster in maintenance mode. */
export async function isDetachedIn(members: ClusterMember[]): Promise<boolean> {
  return (await readOnAll(members, cibText)).some(([, text]) => text !== undefined && isDetached(text))
}

/** Takes back our maintenance mode, and no other. */
export async function endDetachment({ members, abandon }: Pick<Scope, 'members' | 'abandon'>): Promise<void> {
  const [there] = (await readOnAll(members, cibText)).filter(([, text]) => text !== undefined && isDetached(text))
  if (!there) return
  await there[0].$({ timeout: 30 }).script(attachScript())
  await until('the end of the maintenance mode', 30, async () => {
    for (const member of members) member.changed()
    return await isDetachedIn(members) ? undefined : true
  }, { abandon })
}
