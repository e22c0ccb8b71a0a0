import * as z from 'zod/mini'
import { either, expected, isMapping, mapping, named } from '../../inventory/check.js'
import type { Origin } from '../../inventory/origin.js'
import { familyOf, networkOf } from '../../ip-address.js'
import { prefixedForm, readPrefixed, refuseEnds } from './addresses.js'
import type { Cluster, FloatingIp, Node } from './declaration.js'
import { readInterface } from './interface-name.js'
import type { DeclaredCluster } from './schema.js'
import { id } from './schema-parts.js'

const text = z.string({ error: ({ input }) => expected(prefixedForm, input) })

/** `cluster.floating_ip`. */
export const floatingIpSchema = z.optional(text)

/** `cluster.floating_ips`. */
export const floatingIpsSchema = z.optional(
  named(
    'a mapping of names to addresses, such as {FloatIP: 192.168.0.10/24}',
    id,
    either<string | { address: string; interface?: unknown }>(value =>
      isMapping(value)
        ? mapping('a mapping with address and interface', { address: text, interface: z.optional(z.unknown()) })
        : text,
    ),
  ),
)

/** The name of the address that the short form declares. */
const shortName = 'FloatIP'

/** A floating IP with its place in the inventory. */
export interface PlacedFloatingIp extends FloatingIp {
  /** The setting, for errors: `floating_ip`, or the name of one of `floating_ips`. */
  setting: string
  origin: Origin
}

/**
 * Reads `floating_ips`, or the one address of `floating_ip`.
 *
 * @param origin - of the cluster.
 * @throws InventoryError unless each address is one that can move, and is declared once.
 */
export function readFloatingIps(
  { floating_ip: short, floating_ips: several }: Pick<DeclaredCluster, 'floating_ip' | 'floating_ips'>,
  origin: Origin,
): [PlacedFloatingIp, ...PlacedFloatingIp[]] {
  if (short !== undefined && several !== undefined) {
    throw origin
      .at('floating_ips')
      .key.error(
        'floating_ip and floating_ips are both declared',
        `floating_ip is short for one address with the name ${shortName}: write "${shortName}: ${short}" under floating_ips.`,
      )
  }
  const declared =
    several === undefined
      ? short === undefined
        ? []
        : [read(shortName, 'floating_ip', short, origin.at('floating_ip'))]
      : Object.entries(several).map(([name, value]) => read(name, name, value, origin.at('floating_ips', name)))
  const [first, ...others] = declared
  if (first === undefined) {
    throw several === undefined
      ? origin.key.error(`"floating_ip" is missing: expected ${prefixedForm}`)
      : origin
          .at('floating_ips')
          .key.error('floating_ips has no address', 'Declare at least one, such as "FloatIP: 192.168.0.10/24".')
  }
  for (const [at, { name, address, origin: place }] of declared.entries()) {
    const twin = declared.slice(0, at).find(other => other.address === address)
    if (twin) throw place.error(`${twin.name} and ${name} have the same address, ${address}`)
  }
  return [first, ...others]
}

function read(
  name: string,
  setting: string,
  value: string | { address: string; interface?: unknown },
  origin: Origin,
): PlacedFloatingIp {
  const isShort = typeof value === 'string'
  const prefixed = readPrefixed(setting, isShort ? value : value.address, isShort ? origin : origin.at('address'))
  return {
    name,
    ...prefixed,
    family: familyOf(prefixed.address) ?? 4,
    ...(!isShort &&
      value.interface !== undefined && { interface: readInterface(value.interface, origin.at('interface')) }),
    setting,
    origin: isShort ? origin : origin.at('address'),
  }
}

/**
 * Checks a floating IP against the addresses of nodes that are known.
 *
 * @throws InventoryError unless it can move between all nodes and is no node's own address.
 */
export function checkFloatingIp({ address, prefix, family, setting, origin }: PlacedFloatingIp, nodes: Node[]): void {
  for (const {
    name,
    links: [own = ''],
    network,
  } of nodes) {
    if (own === address) throw origin.error(`the floating IP ${address} is the address of ${name}`)
    if (network?.gateway === address) throw origin.error(`the floating IP ${address} is the gateway of ${name}`)
    // In a network of the other family, a node may have further addresses that no inventory declares: the run finds them.
    if (familyOf(own) !== family) continue
    const ownPrefix = network?.prefix ?? prefix
    const subnet = networkOf(own, ownPrefix)
    if (networkOf(address, ownPrefix) !== subnet) {
      throw origin.error(
        `the floating IP ${address} is outside the subnet of ${name}, ${subnet}/${ownPrefix}`,
        'The floating IP moves between the nodes: it must be a free address in the network they all share.',
      )
    }
    refuseEnds(setting, { address }, ownPrefix, origin)
  }
}

/** The floating IPs as roles see them. */
export function withoutPlaces([first, ...others]: [PlacedFloatingIp, ...PlacedFloatingIp[]]): Cluster['floatingIps'] {
  return [withoutPlace(first), ...others.map(withoutPlace)]
}

function withoutPlace(placed: PlacedFloatingIp): FloatingIp {
  const { setting: _, origin: __, ...floatingIp } = placed
  return floatingIp
}
