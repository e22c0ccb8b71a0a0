import { until } from '../../tasks/until.js'
import { drainedNodes, readmitScript } from '../pacemaker/drain.js'
import { cibText } from '../pacemaker/facts.js'
import { reachable, type ClusterMember, type Scope } from '../members.js'
import { endScript, isSet, type PassingProperty } from '../pacemaker/temporary-property.js'

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
  for (const node of drainedNodes(found.cib)) await found.member.$({ timeout: '30s' }).script(readmitScript(node))
  await until('the nodes to take part again', 30, async () => {
    for (const member of members) member.changed()
    return (await drainedIn(members)).length === 0 ? true : undefined
  }, { abandon, progress })
}

/** Whether what a run of ours has set for a while is still set. */
export async function isSetIn(members: ClusterMember[], property: PassingProperty): Promise<boolean> {
  const found = await cibOf(members)
  return found !== undefined && isSet(property, found.cib)
}

/** Takes back our own setting of a property, and no other. */
export async function endPassing(property: PassingProperty, { members, abandon, progress }: Pick<Scope, 'members' | 'abandon' | 'progress'>): Promise<void> {
  const found = await cibOf(members)
  if (!found || !isSet(property, found.cib)) return
  await found.member.$({ timeout: '30s' }).script(endScript(property))
  await until(`the end of ${property.name}=${property.value}`, 30, async () => {
    for (const member of members) member.changed()
    return await isSetIn(members, property) ? undefined : true
  }, { abandon, progress })
}
