import { ConnectError } from '../../errors.js'
import { fileText } from '../../facts/files.js'
import { interfaceAddresses } from '../../facts/interface-addresses.js'
import { canonicalAddress, familyOf, isLinkLocal, isLoopback } from '../../ip-address.js'
import { resolvedName } from '../../facts/resolved-names.js'
import type { Cluster } from '../declaration/declaration.js'
import type { NodeReport } from '../declaration/named-links.js'
import { reachable, type ClusterMember } from '../members.js'
import { nodeSections, parseCorosyncConf } from './conf.js'
import { confPath } from './files.js'

/**
 * The cluster with all link addresses, if the inventory gives some nodes a host name only: the nodes resolve it. This takes one
 * round trip, and none for a cluster without such nodes.
 *
 * @throws ConnectError if no node can be reached.
 * @throws InventoryError if an address is not clear, or does not fit the declaration.
 */
export async function resolveLinks(cluster: Cluster, members: ClusterMember[]): Promise<Cluster> {
  const { unresolved, ...complete } = cluster
  if (!unresolved) return cluster
  const reports = await Promise.all(reachable(members).map(async member => reportOf(member, unresolved.names)))
  const known = reports.filter(report => report !== undefined)
  if (known.length > 0) return { ...complete, nodes: unresolved.resolve(known) }
  throw new ConnectError(`${cluster.name}: no node can be reached, and only the nodes can resolve their host names`, {
    hint: `with "address:" declared for each node, the inventory needs no resolving: ${unresolved.names.join(', ')}`,
  })
}

/** What a node reports; undefined if it was lost meanwhile, which the run reports later. */
async function reportOf(member: ClusterMember, names: string[]): Promise<NodeReport | undefined> {
  try {
    const [addresses, conf, resolved] = await Promise.all([
      member.read(interfaceAddresses),
      member.read(fileText(confPath)),
      Promise.all(names.map(async name => [name, await member.read(resolvedName(name))] as const)),
    ])
    return {
      node: member.name,
      addresses: addresses.map(({ address }) => address).filter(address => !isLinkLocal(address)),
      resolved: new Map(resolved),
      ring: ringIn(conf),
    }
  } catch (error) {
    if (member.unreachable) return undefined
    throw error
  }
}

/** The members in a corosync.conf that have an address; none in Debian's default, nor in a file that Corosync would refuse. */
function ringIn(conf: string | undefined): NodeReport['ring'] {
  try {
    return nodeSections(parseCorosyncConf(conf ?? '')).flatMap(node => {
      const address = node.get('ring0_addr') ?? ''
      return familyOf(address) !== undefined && !isLoopback(address)
        ? { name: node.get('name') ?? address, address: canonicalAddress(address) }
        : []
    })
  } catch {
    return []
  }
}
