import type { Difference } from '../../tasks/difference.js'
import { on, type ClusterMember } from '../members.js'

/** Differences of several nodes, those that are equal in all but the node as one: `totem.token on node1, node2`. */
export function groupedOverNodes(found: [ClusterMember, Difference][]): Difference[] {
  const groups = new Map<string, { difference: Difference; members: ClusterMember[] }>()
  for (const [member, difference] of found) {
    const id = JSON.stringify(difference)
    const group = groups.get(id) ?? { difference, members: [] }
    group.members.push(member)
    groups.set(id, group)
  }
  return [...groups.values()].map(({ difference, members }) => ({ ...difference, subject: on(difference.subject, members) }))
}
