import { expected, isMapping } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import { readIPv4 } from './ipv4.js'
import type { Cluster, Node } from './declaration.js'

/** Corosync's INTERFACE_MAX (include/corosync/totem/totem.h of 3.1): links 0 to 7. */
const most = 8

/**
 * Adds `cluster.corosync.links` to the nodes: link 1 and on, each with an address for every node, beside link 0, the
 * nodes' own. Throws an InventoryError.
 */
export function withLinks(
  nodes: Node[],
  { links, transport }: { links: unknown[]; transport: string },
  floatingIp: Cluster['floatingIp'],
  origin: Origin,
): Node[] {
  if (links.length === 0) return nodes
  if (transport !== 'knet') {
    throw origin.key.error(`transport ${transport} has one link only`, 'Leave transport out to have knet, which takes up to eight.')
  }
  if (links.length >= most) throw origin.key.error(`Corosync takes up to ${most} links, and these are ${links.length + 1} with the nodes' own`)
  const owners = new Map([[floatingIp.address, 'the floating IP'], ...nodes.map(({ name, links: [own] }) => [own!, `${name} on link 0`] as const)])
  const read = links.map((link, at) => readLink(link, at + 1, nodes, owners, origin.at(at)))
  return nodes.map(node => ({ ...node, links: [...node.links, ...read.map(link => link.get(node.name)!)] }))
}

/** One link's addresses, by node. */
function readLink(declared: unknown, link: number, nodes: Node[], owners: Map<string, string>, origin: Origin): Map<string, string> {
  const form = 'a mapping of each node to its address on that link'
  if (!isMapping(declared)) throw origin.error(expected(form, declared))
  const names = nodes.map(({ name }) => name)
  const foreign = Object.keys(declared).find(name => !names.includes(name))
  if (foreign !== undefined) throw origin.at(foreign).key.error(`link ${link}: there is no node "${foreign}"`, didYouMean(foreign, names, 'Nodes'))
  return new Map(names.map(name => {
    if (!(name in declared)) throw origin.error(`link ${link} has no address for ${name}`, 'Every node is on every link.')
    const address = readIPv4(`link ${link}`, declared[name], origin.at(name))
    const owner = owners.get(address)
    if (owner !== undefined) throw origin.at(name).error(`link ${link}: ${address} is taken already, by ${owner}`)
    owners.set(address, `${name} on link ${link}`)
    return [name, address]
  }))
}
