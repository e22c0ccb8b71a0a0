import type { Origin } from '../../inventory/origin.js'
import { familyOf, isLoopback } from '../../ip-address.js'

/** A node without a declared address: its link address is the one to which its `ansible_host` resolves on the nodes. */
export interface NamedNode {
  /** The node's name in the inventory. */
  node: string
  /** The host name. */
  host: string
  origin: Origin
}

/** What a reachable node reports before the link addresses are known. */
export interface NodeReport {
  node: string
  /** Its own addresses, the link-local ones left out. */
  addresses: readonly string[]
  /** The addresses to which it resolves each host name. */
  resolved: ReadonlyMap<string, readonly string[]>
  /** The members in its corosync.conf, with their addresses on link 0. */
  ring: readonly { name: string; address: string }[]
}

/**
 * The link address of a node. One that corosync.conf has for it is kept as long as its host name still leads to that node: a
 * changed name must not move a running ring. On bare nodes, all nodes must resolve the name to one address, which the node has.
 *
 * @throws InventoryError if the address is not clear.
 */
export function resolveLink(
  named: NamedNode,
  reports: readonly NodeReport[],
  floatingIps: ReadonlySet<string>,
): string {
  const own = reports.find(({ node }) => node === named.node)
  // Debian's `127.0.1.1 node1` makes a node resolve its own name to the loopback, so the others decide.
  const others = reports.filter(report => report !== own)
  const answers = (others.length > 0 ? others : reports).map(({ node, resolved }) => ({
    node,
    addresses: (resolved.get(named.host) ?? []).filter(address => !isLoopback(address)),
  }))
  const running = runningAddress(named.node, own, others)
  if (running === undefined) return agreedAddress(named, own, ofOneFamily(answers))
  // Under a name in .local, avahi announces a floating IP too, as long as the node has it.
  const found = new Set(answers.flatMap(({ addresses }) => addresses).filter(address => !floatingIps.has(address)))
  return keptAddress(named, own, found, running)
}

interface Answer {
  node: string
  addresses: string[]
}

/** Of a name with addresses of both families, those of IPv4 count: a link has one family, and the names of other nodes may have no other. */
function ofOneFamily(answers: Answer[]): Answer[] {
  const isIPv4 = (address: string) => familyOf(address) === 4
  if (!answers.some(({ addresses }) => addresses.some(isIPv4))) return answers
  return answers.map(answer => ({ ...answer, addresses: answer.addresses.filter(isIPv4) }))
}

/** The node's address in corosync.conf: the one that it has itself, or else the one beside its name. */
function runningAddress(node: string, own: NodeReport | undefined, others: NodeReport[]): string | undefined {
  const inUse = own?.ring.find(({ address }) => own.addresses.includes(address))
  const byName = [...(own ? [own] : []), ...others].flatMap(({ ring }) => ring).find(({ name }) => name === node)
  return (inUse ?? byName)?.address
}

function keptAddress(
  { node, host, origin }: NamedNode,
  own: NodeReport | undefined,
  found: Set<string>,
  running: string,
): string {
  const isOnNode = own === undefined || own.addresses.includes(running)
  const leadsToNode = found.size === 0 || own?.addresses.some(address => found.has(address))
  if (found.has(running) || (isOnNode && leadsToNode)) return running
  throw origin.error(
    found.size === 0
      ? `${node} no longer has the address ${running}, which corosync.conf has for it, and ${host} does not resolve`
      : `${host} resolves to ${[...found].join(', ')}, but corosync.conf has ${running} as the address of ${node}`,
    `A changed name does not move a running link. To keep or to change the address, declare it for ${node} with its prefix, such as "address: ${running}/${familyOf(running) === 6 ? 64 : 24}".`,
  )
}

function agreedAddress({ node, host, origin }: NamedNode, own: NodeReport | undefined, answers: Answer[]): string {
  const remedy = `Declare the address for ${node} with its prefix, such as "address: 192.168.0.1/24", or correct what the name resolves to on the nodes.`
  const silent = answers.filter(({ addresses }) => addresses.length === 0).map(each => each.node)
  if (silent.length > 0) {
    const mdns = host.endsWith('.local') ? ' Names in .local need the package libnss-mdns on the nodes.' : ''
    throw origin.error(`${host} resolves to no address of ${node} on ${silent.join(', ')}`, `${remedy}${mdns}`)
  }
  const usable = answers.map(answer => ({
    ...answer,
    addresses: own ? answer.addresses.filter(address => own.addresses.includes(address)) : answer.addresses,
  }))
  const foreign = answers.find((_, at) => usable[at]!.addresses.length === 0)
  if (foreign) {
    const has = own!.addresses.filter(address => !isLoopback(address)).join(', ')
    throw origin.error(
      `${host} resolves to ${foreign.addresses.join(', ')} on ${foreign.node}, and ${node} has only ${has}`,
      remedy,
    )
  }
  const [first = [], ...more] = usable.map(({ addresses }) => addresses.toSorted())
  const [address] = first
  if (first.length === 1 && address !== undefined && more.every(other => other.join() === address)) return address
  const found = usable.map(answer => `${answer.addresses.join(' and ')} on ${answer.node}`)
  throw origin.error(`expected one address for ${host}, and it resolves to ${found.join(', to ')}`, remedy)
}
