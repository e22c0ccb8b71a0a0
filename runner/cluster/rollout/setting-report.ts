import type { Difference } from '../../tasks/difference.js'
import { onNodes, type ClusterMember } from '../members.js'

/** Merges differences that are the same on several nodes: `totem.token on node1, node2`. */
export function groupedOverNodes(differences: [ClusterMember, Difference][]): Difference[] {
  const groups = new Map<string, { difference: Difference; members: ClusterMember[] }>()
  for (const [member, difference] of differences) {
    const id = JSON.stringify(difference)
    const group = groups.get(id) ?? { difference, members: [] }
    group.members.push(member)
    groups.set(id, group)
  }
  return [...groups.values()].map(({ difference, members }) => ({
    ...difference,
    subject: onNodes(difference.subject, members),
  }))
}
