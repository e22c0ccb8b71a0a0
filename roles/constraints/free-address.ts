import { bringsUp } from '../../runner/cluster/cib/identity.js'
import type { Cluster, FloatingIp, Node } from '../../runner/cluster/declaration/declaration.js'
import { readCib } from '../../runner/cluster/cib/read.js'
import { readOnAll, reachable, type ClusterMember } from '../../runner/cluster/members.js'
import { clusterGuard } from '../../runner/cluster/role.js'
import type { ClusterGuard, TaskRef } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import { interfaceAddresses } from '../../runner/facts/interface-addresses.js'
import { familyOf, networkOf } from '../../runner/ip-address.js'
import { addressUse, type AddressUse } from '../../runner/facts/address-use.js'

/**
 * A floating IP must be free before the cluster first starts it: a second owner would answer some clients and not others. Once the
 * cluster has a resource for the address, the machine that answers is a node of the cluster.
 */
export function addressIsFree(cluster: Cluster, needs: readonly TaskRef[]): ClusterGuard<Node> {
  return clusterGuard('nobody else has the floating IP', {
    needs,
    tolerant: true,
    async check(scope) {
      const cib = await readCib(scope)
      const wanted = cluster.floatingIps.filter(({ address }) => !bringsUp(cib, address))
      await Promise.all(wanted.map(async floatingIp => requireNetwork(floatingIp, cluster, reachable(scope.members))))
      await Promise.all(
        wanted.flatMap(({ address }) =>
          reachable(scope.members).map(async member => {
            refuseUse(address, member.name, await member.read(addressUse(address)))
          }),
        ),
      )
      return []
    },
  })
}

/**
 * Each node must have an address in the network of a floating IP: otherwise its agent finds no interface for it. For addresses of the
 * family of the nodes' links, the inventory was enough to see that.
 */
async function requireNetwork(
  { address, prefix, family }: FloatingIp,
  { nodes }: Cluster,
  members: ClusterMember[],
): Promise<void> {
  if (nodes.every(({ links: [link = ''] }) => familyOf(link) === family)) return
  const network = networkOf(address, prefix)
  const own = await readOnAll(members, interfaceAddresses)
  const without = own.filter(
    ([, addresses]) =>
      !addresses.some(each => familyOf(each.address) === family && networkOf(each.address, prefix) === network),
  )
  if (without.length === 0) return
  throw new TaskError(
    `no interface of ${without.map(([{ name }]) => name).join(', ')} has an address in ${network}/${prefix}, the network of the floating IP ${address}`,
    {
      hint: `give each node an address of its own in that network, or declare a floating IP in a network that the nodes have (\`ip -${family} address\` shows them)`,
    },
  )
}

function refuseUse(address: string, node: string, use: AddressUse): void {
  if (use.interface !== undefined) {
    throw new TaskError(`${address} is on ${use.interface} of ${node} already, and the cluster has not brought it up`, {
      hint: 'remove it there (`ip address del`, and from its network configuration), then run again',
    })
  }
  if (use.mac === undefined) return
  const protocol = familyOf(address) === 6 ? 'neighbour discovery' : 'ARP'
  throw new TaskError(`${address} is taken: ${use.mac} answers ${protocol} for it in the network of ${node}`, {
    hint: 'choose another floating_ip, or remove the address from that machine',
  })
}
