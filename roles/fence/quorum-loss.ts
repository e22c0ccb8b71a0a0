import type { Quorum } from '../../runner/cluster/corosync/quorumtool.js'

/**
 * What the rest of a cluster lacks for quorum once a node is gone; undefined if nothing.
 *
 * @param nodeId - of that node; undefined if it is not known.
 */
export function quorumLossWithout({ quorate, votes, members }: Quorum, nodeId: number | undefined): string | undefined {
  if (!quorate) return 'the other nodes have no quorum'
  if (votes === undefined) return undefined
  const own = members.find(member => member.nodeId === nodeId)?.votes ?? 0
  const rest = votes.total - own
  return rest < votes.quorum
    ? `the other nodes would have ${rest} of ${votes.expected} votes, and the quorum is ${votes.quorum}`
    : undefined
}
