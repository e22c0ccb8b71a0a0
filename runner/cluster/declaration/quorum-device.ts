import * as z from 'zod/mini'
import { expected, mapping, oneOf, show, textThat } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import type { Host, Inventory } from '../../inventory/site.js'
import { refuseUnusable } from '../../inventory/unusable.js'
import { familyOf } from '../../ip-address.js'
import type { Cluster, ConfValues, Node, QuorumDevice } from './declaration.js'
import { readAddress, readPrefixed } from './addresses.js'
import { readOwnConnection } from './outside-host.js'

const algorithms = ['ffsplit', 'lms'] as const

/** `cluster.quorum_device`. */
export const quorumDeviceSchema = mapping(
  'a mapping with host and algorithm',
  {
    host: textThat('the name of a host of the inventory', value => value !== ''),
    algorithm: z.optional(oneOf(algorithms)),
  },
  { model: 'The model is always net.', votes: 'The algorithm decides how many votes it has.' },
)

type DeclaredQuorumDevice = z.output<typeof quorumDeviceSchema>

/** What a quorum device must agree with. */
interface SupportedCluster extends Pick<Cluster, 'name' | 'nodes' | 'floatingIps'> {
  inventory: Inventory
}

/**
 * Reads the declared quorum device. A member of another cluster can be the arbiter: if it fails, this cluster loses one vote, as
 * with any other machine.
 *
 * @param origin - of the declaration.
 * @throws InventoryError if the host cannot be the arbiter of this cluster.
 */
export function readQuorumDevice(
  { host: name, algorithm = 'ffsplit' }: DeclaredQuorumDevice,
  { inventory, name: cluster, nodes, floatingIps }: SupportedCluster,
  origin: Origin,
): QuorumDevice {
  const names = nodes.map(node => node.name)
  const choice =
    'An arbiter is a further machine, which sees all nodes and fails independently of them: a third Raspberry Pi or a server.'
  if (names.includes(name))
    throw origin
      .at('host')
      .error(`the arbiter ${name} is a node of this cluster, and would fail together with it`, choice)
  const host = inventory.hosts.get(name)
  if (!host) {
    const others = [...inventory.hosts.keys()].filter(other => !names.includes(other))
    throw origin
      .at('host')
      .error(
        expected('a host of the inventory', name),
        didYouMean(name, others, 'Hosts that are no nodes of this cluster') ??
          `List it under the hosts of "all", with its address: "${/^[\w.-]+$/.test(name) ? name : 'arbiter'}: { ansible_host: 192.168.0.3 }". ${choice}`,
      )
  }
  const arbiter = readArbiter(host, cluster)
  const [address = ''] = arbiter.links
  const owner = nodes.find(({ links }) => links.includes(address))?.name
  if (owner !== undefined || floatingIps.some(floatingIp => floatingIp.address === address))
    throw origin
      .at('host')
      .error(
        `the arbiter ${name} has the address ${address}, which is ${owner === undefined ? 'the floating IP' : `that of the node ${owner}`}`,
        choice,
      )
  if (algorithm === 'ffsplit' && nodes.length % 2 === 1)
    throw origin
      .at('algorithm')
      .error(
        `ffsplit is for an even number of nodes, and this cluster has ${nodes.length}`,
        `With one more vote, more nodes are needed for a majority. Declare "algorithm: lms", or leave quorum_device out.`,
      )
  return { arbiter, algorithm, votes: algorithm === 'ffsplit' ? 1 : nodes.length - 1 }
}

/** A host of the inventory as an arbiter: it keeps its host name and its network settings. */
function readArbiter(host: Host, cluster: string): Node {
  const { name, origin, origins, vars } = host
  const connection = readOwnConnection(host)
  const at = origins['address']
  if (at) refuseUnusable(at)
  if (at && vars['address'] !== undefined && vars['address'] !== null) {
    const { address } = readPrefixed('address', vars['address'], at)
    return { name, cluster, connection, links: [address] }
  }
  const hostOrigin = origins['ansible_host'] ?? origins['ansible_ssh_host'] ?? origin
  if (familyOf(connection.host) === undefined)
    throw hostOrigin.error(
      `expected an IP address under which the nodes reach the arbiter ${name}, got the name ${show(connection.host)}`,
      `Give ${name} an address with its prefix, such as "address: 192.168.0.3/24", or an IP address as ansible_host.`,
    )
  return { name, cluster, connection, links: [readAddress('ansible_host', connection.host, hostOrigin)] }
}

/** The settings of corosync.conf that a declaration names, by their names there. */
export function declaredDeviceSettings({ arbiter, algorithm }: QuorumDevice): ConfValues {
  return {
    'quorum.device.model': 'net',
    'quorum.device.net.host': arbiter.links[0] ?? '',
    'quorum.device.net.algorithm': algorithm,
  }
}
