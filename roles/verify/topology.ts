import { ConnectError } from '../../runner/errors.js'
import type { Topology } from '../../runner/cluster/status/events.js'
import type { PollResult } from '../../runner/engine/node-poller.js'
import type { Verdict } from '../../runner/tasks/index.js'
import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import type { ClusterMember, Scope } from '../../runner/cluster/members.js'
import { statusOf, topologyIn } from '../../runner/cluster/status/status.js'
import { viewOf, type NodeView } from '../../runner/cluster/status/view.js'

/** The cluster's topology, from the views of all reachable members. Reads only facts that verify reads anyway. */
export async function topologyOf(cluster: Cluster, members: ClusterMember[]): Promise<Topology> {
  const poller = await Promise.all(
    members.map(async (member): Promise<PollResult<Node, NodeView>> => {
      const lost = { node: member.node, absence: { message: `${member.name} is unreachable` } }
      if (member.unreachable) return lost
      try {
        return {
          node: member.node,
          seen: await viewOf(
            member,
            cluster.floatingIps.map(({ address }) => address),
          ),
        }
      } catch (error) {
        if (error instanceof ConnectError) return lost
        throw error
      }
    }),
  )
  return topologyIn(statusOf(cluster, poller))
}

/** Adds the cluster's topology to the verdict of a check. */
export function withTopology(cluster: Cluster, check: (scope: Scope) => Promise<Verdict>) {
  return async (scope: Scope): Promise<Verdict> => {
    const [verdict, topology] = await Promise.all([check(scope), topologyOf(cluster, scope.members)])
    return { ...verdict, events: [{ event: 'topology', cluster: cluster.name, topology }] }
  }
}
