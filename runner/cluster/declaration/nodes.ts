import { isIPv4, isIPv6 } from 'node:net'
import { expected, show } from '../../inventory/check.js'
import type { Origin } from '../../inventory/origin.js'
import type { Connection, Host } from '../../inventory/site.js'
import { refuseUnusable } from '../../inventory/unusable.js'
import { networkOf } from '../../ipv4.js'
import { readIPv4, readPrefixed, refuseEnds } from './ipv4.js'
import { resolveLink } from './named-links.js'
import type { NamedNode, NodeReport } from './named-links.js'
import type { PrefixedAddress } from './ipv4.js'
import type { Cluster, Node } from './declaration.js'

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
      ...(prefixed.address !== connection.host && {
        connection: { ...connection, address: prefixed.address },
      }),
      links: [prefixed.address],
      network: {
        ...prefixed,
        ...(gateway.value !== undefined && { gateway: readGateway(gateway.value, prefixed, gateway.origin) }),
        dns: dns.value === undefined ? [] : readDns(dns.value, dns.origin),
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
  const form = `an IPv4 address or a host name for Corosync's link on ${name}`
  return { address: readIPv4('ansible_host', host, at, form), origin: at }
}

/** Labels of RFC 1123. The last one has a letter, unlike that of a mistyped address. */
function isHostName(text: string): boolean {
  return /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*(?=[a-z0-9-]*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.?$/i.test(
    text,
  )
}

/** The kernel accepts up to 15 bytes without white space, slash or colon (dev_valid_name in net/core/dev.c). */
function readInterface(value: unknown, origin: Origin): string {
  if (typeof value === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/.test(value)) return value
  throw origin.error(`interface: ${expected('the name of a network interface, such as eth0', value)}`)
}

function readGateway(value: unknown, { address, prefix }: PrefixedAddress, origin: Origin): string {
  const gateway = readIPv4('gateway', value, origin)
  const network = networkOf(address, prefix)
  if (gateway === address) throw origin.error(`gateway: ${gateway} is the node's own address`)
  if (networkOf(gateway, prefix) !== network) {
    throw origin.error(`gateway: expected an address in the node's network ${network}/${prefix}, got "${gateway}"`)
  }
  refuseEnds('gateway', { address: gateway }, prefix, origin)
  return gateway
}

function readDns(value: unknown, origin: Origin): string[] {
  if (!Array.isArray(value)) return [readServer(value, origin, 'an IPv4 address or a list of them')]
  return value.map((server, index) => readServer(server, origin.at(index)))
}

function readServer(value: unknown, origin: Origin, form = 'an IPv4 address'): string {
  if (typeof value === 'string' && isIPv6(value)) {
    throw origin.error(
      `dns: expected ${form}, got the IPv6 address ${show(value)}`,
      "Declare the IPv4 servers only: IPv6 servers in the node's network settings stay beside them.",
    )
  }
  return readIPv4('dns', value, origin, form)
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
    }) => (isIPv4(host) ? [] : { node: name, host, origin }),
  )
}

/** The nodes with the addresses to which their host names resolve. @throws InventoryError if one is not clear. */
export function resolveNodes(
  nodes: DeclaredNode[],
  reports: readonly NodeReport[],
  floatingIp: Cluster['floatingIp'],
): DeclaredNode[] {
  const addresses = new Map(
    namedNodes(nodes).map(named => [named.node, resolveLink(named, reports, floatingIp.address)]),
  )
  return nodes.map(declared => {
    const address = addresses.get(declared.node.name)
    return address === undefined ? declared : { ...declared, node: { ...declared.node, links: [address] } }
  })
}

/**
 * Checks the addresses that are known.
 *
 * @throws InventoryError unless the floating IP can move between all nodes and is no node's own address.
 */
export function checkAddresses(nodes: DeclaredNode[], floatingIp: Cluster['floatingIp'], origin: Origin): void {
  const owners = new Map<string, string>()
  for (const {
    node: {
      name,
      links: [address = ''],
      network,
    },
    origin: at,
  } of nodes) {
    if (!isIPv4(address)) continue
    const owner = owners.get(address)
    if (owner !== undefined) throw at.error(`${owner} and ${name} have the same address, ${address}`)
    owners.set(address, name)
    if (address === floatingIp.address) {
      throw origin.error(`the floating IP ${address} is the address of ${name}`)
    }
    if (network?.gateway === floatingIp.address) {
      throw origin.error(`the floating IP ${floatingIp.address} is the gateway of ${name}`)
    }
    const prefix = network?.prefix ?? floatingIp.prefix
    const subnet = networkOf(address, prefix)
    if (networkOf(floatingIp.address, prefix) !== subnet) {
      throw origin.error(
        `the floating IP ${floatingIp.address} is outside the subnet of ${name}, ${subnet}/${prefix}`,
        'The floating IP moves between the nodes: it must be a free address in the network they all share.',
      )
    }
    refuseEnds('floating_ip', floatingIp, prefix, origin)
  }
}
