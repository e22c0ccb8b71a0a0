import { show } from '../../inventory/check.js'
import type { Origin } from '../../inventory/origin.js'
import type { Connection, Host } from '../../inventory/site.js'
import { refuseUnusable } from '../../inventory/unusable.js'
import {
  canonicalAddress,
  familyOf,
  isInNetwork,
  isLinkLocal,
  isSameAddress,
  networkOf,
  type IpFamily,
} from '../../ip-address.js'
import { readAddress, readPrefixed, refuseEnds } from './addresses.js'
import { resolveLink } from './named-links.js'
import type { NamedNode, NodeReport } from './named-links.js'
import type { PrefixedAddress } from './addresses.js'
import type { FloatingIp, Node } from './declaration.js'
import { readInterface } from './interface-name.js'
import { refuseMixedFamilies } from './link-families.js'

/** A node, with what the checks of the whole cluster need. */
export interface DeclaredNode {
  /** Its link address is a host name if the inventory declares no address: the nodes have to resolve it (`named-links.ts`). */
  node: Node
  interface: string | undefined
  /** The place in the inventory of its link address. */
  origin: Origin
}

/** Reads the variables of a host. @throws InventoryError */
export function readDeclaredNode(host: Host, cluster: string): DeclaredNode {
  refuseName(host)
  const variable = (name: string) => {
    const origin = host.origins[name]
    if (origin) refuseUnusable(origin)
    return { value: host.vars[name] ?? undefined, origin: origin ?? host.origin }
  }
  const declaredInterface = variable('interface')
  const interfaceName =
    declaredInterface.value === undefined ? undefined : readInterface(declaredInterface.value, declaredInterface.origin)
  const address = variable('address')
  const connection = host.connection()
  const base = { name: host.name, cluster, connection }
  if (address.value === undefined) {
    const link = linkFromConnection(host, connection)
    return { node: { ...base, links: [link.address] }, interface: interfaceName, origin: link.origin }
  }
  const prefixed = readPrefixed('address', address.value, address.origin)
  const gateway = variable('gateway')
  const dns = variable('dns')
  return {
    node: {
      ...base,
      ...(!isSameAddress(prefixed.address, connection.host) && {
        connection: { ...connection, address: prefixed.address },
      }),
      links: [prefixed.address],
      network: {
        ...prefixed,
        ...(gateway.value !== undefined && { gateway: readGateway(gateway.value, prefixed, gateway.origin) }),
        dns: dns.value === undefined ? [] : readDns(dns.value, prefixed, dns.origin),
        ...(interfaceName !== undefined && { interface: interfaceName }),
      },
    },
    interface: interfaceName,
    origin: address.origin,
  }
}

/**
 * The inventory name becomes the host name and appears in /etc/hosts, corosync.conf, the CIB and command lines. It must
 * be one label of RFC 1123 and contain a letter, since Pacemaker's tools read a bare number as a node id.
 */
function refuseName({ name, origin }: Host): void {
  if (/^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(name) && name.toLowerCase() !== 'localhost') {
    return
  }
  const [label = ''] = name.split('.')
  throw origin.error(
    `expected a host name of letters, digits and dashes, got ${show(name)}`,
    /[a-z]/i.test(label) && name.includes('.')
      ? `The inventory name becomes the node's host name: write "${label}:" and, inside it, "ansible_host: ${name}".`
      : 'The inventory name becomes the node\'s host name: write for instance "node1:", with "ansible_host:" inside it.',
  )
}

/** The `ansible_host`: an address, or a host name that the nodes have to resolve. */
function linkFromConnection(
  { name, origins, origin }: Host,
  { host }: Connection,
): { address: string; origin: Origin } {
  const at = origins['ansible_host'] ?? origins['ansible_ssh_host'] ?? origin
  if (isHostName(host)) return { address: host, origin: at }
  const form = `an IP address or a host name for Corosync's link on ${name}`
  return { address: readAddress('ansible_host', host, at, { form }), origin: at }
}

/** Labels of RFC 1123. The last one has a letter, unlike that of a mistyped address. */
function isHostName(text: string): boolean {
  return /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*(?=[a-z0-9-]*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.?$/i.test(
    text,
  )
}

/** The gateway of an IPv6 network may be a link-local address, as routers announce it: the interface is known. */
function readGateway(value: unknown, { address, prefix }: PrefixedAddress, origin: Origin): string {
  if (typeof value === 'string' && familyOf(address) === 6 && isLinkLocal(value)) return canonicalAddress(value)
  const gateway = readAddress('gateway', value, origin)
  const network = networkOf(address, prefix)
  if (gateway === address) throw origin.error(`gateway: ${gateway} is the node's own address`)
  if (!isInNetwork(gateway, network, prefix)) {
    throw origin.error(`gateway: expected an address in the node's network ${network}/${prefix}, got "${gateway}"`)
  }
  refuseEnds('gateway', { address: gateway }, prefix, origin)
  return gateway
}

function readDns(value: unknown, { address }: PrefixedAddress, origin: Origin): string[] {
  const family = familyOf(address) ?? 4
  if (!Array.isArray(value)) return [readServer(value, family, origin, ` or a list of them`)]
  return value.map((server, index) => readServer(server, family, origin.at(index)))
}

/** A network manager has the servers of each family beside the addresses of that family. */
function readServer(value: unknown, family: IpFamily, origin: Origin, orList = ''): string {
  const form = `an IPv${family} address${orList}`
  const given = typeof value === 'string' ? familyOf(value) : undefined
  if (given !== undefined && given !== family) {
    throw origin.error(
      `dns: expected ${form}, got the IPv${given} address ${show(value)}`,
      `Declare servers of the family of "address" only: IPv${given} servers in the node's network settings stay beside them.`,
    )
  }
  return readAddress('dns', value, origin, { form })
}

/** The nodes whose link address is a host name. */
export function namedNodes(nodes: DeclaredNode[]): NamedNode[] {
  return nodes.flatMap(
    ({
      node: {
        name,
        links: [host = ''],
      },
      origin,
    }) => (familyOf(host) !== undefined ? [] : { node: name, host, origin }),
  )
}

/** The nodes with the addresses to which their host names resolve. @throws InventoryError if one is not clear. */
export function resolveNodes(
  nodes: DeclaredNode[],
  reports: readonly NodeReport[],
  floatingIps: readonly FloatingIp[],
): DeclaredNode[] {
  const floating = new Set(floatingIps.map(({ address }) => address))
  const addresses = new Map(namedNodes(nodes).map(named => [named.node, resolveLink(named, reports, floating)]))
  return nodes.map(declared => {
    const address = addresses.get(declared.node.name)
    return address === undefined ? declared : { ...declared, node: { ...declared.node, links: [address] } }
  })
}

/** @throws InventoryError if two nodes have the same address or addresses of two families, as far as their addresses are known. */
export function checkAddresses(nodes: DeclaredNode[]): void {
  refuseMixedFamilies(
    0,
    nodes.map(({ node: { name, links }, origin }) => ({ name, address: links[0] ?? '', origin })),
  )
  const owners = new Map<string, string>()
  for (const {
    node: {
      name,
      links: [address = ''],
    },
    origin,
  } of nodes) {
    if (familyOf(address) === undefined) continue
    const owner = owners.get(address)
    if (owner !== undefined) throw origin.error(`${owner} and ${name} have the same address, ${address}`)
    owners.set(address, name)
  }
}
