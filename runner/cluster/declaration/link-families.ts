import type { Origin } from '../../inventory/origin.js'
import { familyOf } from '../../ip-address.js'
import type { ConfValues, Node } from './declaration.js'

/** IPv4 and IPv6 as Corosync's links take them: each link has one of them on all nodes, and all links may be looked up by one alone. */

interface LinkAddress {
  name: string
  /** A host name, if the nodes resolve it later. */
  address: string
  origin: Origin
}

/**
 * Corosync does not start with a link that has addresses of both families (docs/facts.md, Corosync).
 *
 * @throws InventoryError at the first address that is not of the first node's family.
 */
export function refuseMixedFamilies(link: number, addresses: LinkAddress[]): void {
  const known = addresses.filter(({ address }) => familyOf(address) !== undefined)
  const [first] = known
  const other = known.find(({ address }) => familyOf(address) !== familyOf(first!.address))
  if (!first || !other) return
  throw other.origin.error(
    `link ${link} has IPv4 and IPv6 addresses: ${first.name} has ${first.address}, and ${other.name} has ${other.address}`,
    'All nodes need addresses of the same family on a link. Declare the others as a link of their own under "corosync: links".',
  )
}

/** What `ip_version` excludes (corosync.conf(5)); left out, udp looks for IPv4 addresses only. */
const excluded: Record<string, number> = { ipv4: 6, ipv6: 4 }

/**
 * @param origin - of `cluster.corosync`.
 * @throws InventoryError if Corosync would not look for the addresses of a link.
 */
export function checkIpVersion(
  nodes: readonly Node[],
  { transport, totem }: { transport: string; totem: ConfValues },
  origin: Origin,
): void {
  const declared = totem['ip_version']
  const family = excluded[declared ?? (transport === 'udp' ? 'ipv4' : '')]
  if (family === undefined) return
  for (const { name, links } of nodes) {
    const address = links.find(link => familyOf(link) === family)
    if (address === undefined) continue
    if (declared === undefined)
      throw origin
        .at('transport')
        .error(`transport udp is for IPv4 addresses, and ${name} has ${address}`, 'Leave transport out to use knet.')
    throw origin
      .at('totem', 'ip_version')
      .error(`ip_version is ${declared}, and ${name} has the address ${address}`, 'Leave ip_version out.')
  }
}
