import { bringsUp } from '../../runner/cluster/cib/identity.js'
import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import { readCib } from '../../runner/cluster/cib/read.js'
import { reachable } from '../../runner/cluster/members.js'
import { clusterGuard } from '../../runner/cluster/role.js'
import type { ClusterGuard, TaskRef } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import { addressUse } from '../../runner/facts/address-use.js'

/**
 * The floating IP must be free before the cluster first starts it: a second owner would answer some clients and not others. Once the
 * cluster has a resource for the address, the machine that answers is a node of the cluster.
 */
export function addressIsFree(cluster: Cluster, needs: readonly TaskRef[]): ClusterGuard<Node> {
  const { address } = cluster.floatingIp
  return clusterGuard('nobody else has the floating IP', {
    needs,
    tolerant: true,
    async check(scope) {
      if (bringsUp(await readCib(scope), address)) return []
      await Promise.all(
        reachable(scope.members).map(async member => {
          const use = await member.read(addressUse(address))
          if (use.interface !== undefined) {
            throw new TaskError(
              `${address} is on ${use.interface} of ${member.name} already, and the cluster has not brought it up`,
              {
                hint: 'remove it there (`ip address del`, and from its network configuration), then run again',
              },
            )
          }
          if (use.mac !== undefined) {
            throw new TaskError(`${address} is taken: ${use.mac} answers ARP for it in the network of ${member.name}`, {
              hint: 'choose another floating_ip, or remove the address from that machine',
            })
          }
        }),
      )
      return []
    },
  })
}
