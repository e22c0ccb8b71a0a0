import { expected, isMapping } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import { readAddress } from './addresses.js'
import type { FloatingIp, Node } from './declaration.js'
import { refuseMixedFamilies } from './link-families.js'

/** Corosync's INTERFACE_MAX (include/corosync/totem/totem.h of 3.1): links 0 to 7. */
const maximumLinks = 8

/**
 * Adds `cluster.corosync.links` to the nodes: link 1 and up, each with an address for every node. Link 0 has the nodes'
 * own addresses.
 *
 * @throws InventoryError
 */
export function withLinks(
  nodes: Node[],
  { links, transport }: { links: unknown[]; transport: string },
  floatingIps: readonly FloatingIp[],
  origin: Origin,
): Node[] {
  if (links.length === 0) return nodes
  if (transport !== 'knet') {
    throw origin.key.error(
      `transport ${transport} has only one link`,
      'Leave transport out to use knet, which has up to eight.',
    )
  }
  if (links.length >= maximumLinks)
    throw origin.key.error(
      `Corosync supports up to ${maximumLinks} links, and these are ${links.length + 1} with link 0`,
    )
  const owners = new Map([
    ...floatingIps.map(({ name, address }) => [address, floatingIpName(name, floatingIps)] as const),
    ...nodes.map(({ name, links: [address] }) => [address!, `${name} on link 0`] as const),
  ])
  const read = links.map((link, at) => readLink(link, at + 1, nodes, owners, origin.at(at)))
  return nodes.map(node => ({ ...node, links: [...node.links, ...read.map(link => link.get(node.name)!)] }))
}

/** What messages call it: only several addresses need names. */
function floatingIpName(name: string, all: readonly FloatingIp[]): string {
  return all.length === 1 ? 'the floating IP' : `the floating IP ${name}`
}

/** The addresses of one link, by node. */
function readLink(
  declared: unknown,
  link: number,
  nodes: Node[],
  owners: Map<string, string>,
  origin: Origin,
): Map<string, string> {
  const form = 'a mapping of each node to its address on that link'
  if (!isMapping(declared)) throw origin.error(expected(form, declared))
  const names = nodes.map(({ name }) => name)
  const unknown = Object.keys(declared).find(name => !names.includes(name))
  if (unknown !== undefined)
    throw origin
      .at(unknown)
      .key.error(`link ${link}: there is no node "${unknown}"`, didYouMean(unknown, names, 'Nodes'))
  const addresses = new Map(
    names.map(name => {
      if (!(name in declared))
        throw origin.error(`link ${link} has no address for ${name}`, 'Every link needs an address for every node.')
      const address = readAddress(`link ${link}`, declared[name], origin.at(name))
      const owner = owners.get(address)
      if (owner !== undefined)
        throw origin.at(name).error(`link ${link}: ${address} is already the address of ${owner}`)
      owners.set(address, `${name} on link ${link}`)
      return [name, address]
    }),
  )
  refuseMixedFamilies(
    link,
    [...addresses].map(([name, address]) => ({ name, address, origin: origin.at(name) })),
  )
  return addresses
}
