import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { reachable, readOnAll, type Scope } from '../../runner/cluster/members.js'
import { interfaceAddresses } from '../../runner/facts/interface-addresses.js'
import { familyOf } from '../../runner/ip-address.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { verdict } from './verdict.js'

/** The IPv6 addresses of a cluster: those of its links, and its floating IPs. */
export function ipv6Addresses({ nodes, floatingIps }: Pick<Cluster, 'nodes' | 'floatingIps'>): string[] {
  const all = [...nodes.flatMap(({ links }) => links), ...floatingIps.map(({ address }) => address)]
  return all.filter(address => familyOf(address) === 6)
}

/**
 * A node does not use an IPv6 address that another machine had when it was set: the kernel has it with the flag `dadfailed`, and
 * Pacemaker, and everybody who only looks whether it is there, takes it for one that works.
 */
export function noDuplicateAddresses(cluster: Cluster) {
  const addresses = ipv6Addresses(cluster)
  return async ({ members }: Scope): Promise<Verdict> => {
    const own = await readOnAll(reachable(members), interfaceAddresses)
    const checked = own.flatMap(([{ name }, all]) =>
      all.filter(({ address }) => addresses.includes(address)).map(each => ({ node: name, ...each })),
    )
    const violations = checked.flatMap(({ node, address, interface: iface, duplicateCheck }) =>
      duplicateCheck === undefined
        ? []
        : [
            duplicateCheck === 'failed'
              ? `${node} does not use ${address} on ${iface}: another machine had it already (dadfailed)`
              : `${node} does not use ${address} on ${iface} yet: it is still checked for duplicates (tentative)`,
          ],
    )
    return verdict(
      violations,
      `${checked.length} IPv6 addresses on ${own.length} nodes`,
      'find the other machine by its hardware address (`journalctl -k --grep duplicate` on the node), then remove the address from the node and set it again; for a floating IP, `crm_resource --restart` does that',
    )
  }
}
