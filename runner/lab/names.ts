import { join } from 'node:path'
import { UsageError } from '../errors.js'
import { familyOf, type IpFamily } from '../ip-address.js'

/**
 * Paths and names of a lab. All of them follow from the lab's name, so that `down` finds what an interrupted `up` left behind
 * on the system, without a state file.
 */

/** The directory of all files of labs. */
export const home = '/var/lib/ha-run/lab'
/** Cached base images and their package repositories, one directory for each recipe. */
export const imagesDir = join(home, 'image')
/** Disks of stopped nodes, from which labs can be started: one directory for each snapshot. */
export const snapshotsDir = join(home, 'snapshots')
export const labsDir = join(home, 'labs')
export const locksDir = join(home, 'locks')
/** The directory in which `ip netns` keeps its named namespaces. */
export const netnsDir = '/run/netns'
/** The control group that contains one group for each lab. */
export const cgroupName = 'ha-run-lab'

export const bridge = 'br0'
/** The network of a lab's machines. */
export interface LabNetwork {
  /** What comes before the last part of every address. */
  start: string
  prefixLength: number
  /** The admin side's address on the bridge; the nodes' gateway, which leads nowhere. */
  gateway: string
  /** Never a node's address. */
  floatingIp: string
}

/** A lab has one of them: that of IPv4 has the tutorial's addresses. */
export const labNetworks: Record<IpFamily, LabNetwork> = {
  4: { start: '192.168.0.', prefixLength: 24, gateway: '192.168.0.254', floatingIp: '192.168.0.10' },
  6: { start: 'fd00:1::', prefixLength: 64, gateway: 'fd00:1::fe', floatingIp: 'fd00:1::10' },
}

/** The network of a machine with that address. */
export const labNetworkOf = (address: string) => labNetworks[familyOf(address) ?? 4]
export const maxNodes = 64
/** The host name of the machine outside of the cluster. */
export const arbiterName = 'arbiter'
/** Above the addresses of nodes and below those of plugs. */
const arbiterNumber = 99

export interface LabNode {
  /** The name of its lab. */
  lab: string
  /** `node1`, `node2` ..., or `arbiter` */
  name: string
  address: string
}

/** A virtual power plug on which one node hangs. Several of a node hang on each other: it has power if all of them let it pass. */
export interface Plug {
  /** `plug1` for `node1`, and `backup1` for the second one. */
  name: string
  /** Its own, in the network of the nodes. */
  address: string
  node: LabNode
}

/** What a lab has beside its nodes. */
export interface LabExtras {
  /** Each node hangs on a plug, and that on another one. */
  plugs?: boolean
  /** There is one more machine, outside of the cluster. */
  arbiter?: boolean
  /** The machines have IPv6 addresses alone. */
  ipv6?: boolean
}

/** A lab from the user's point of view. */
export interface Lab {
  name: string
  dir: string
  /** Path of an inventory that describes the lab's nodes as one cluster. */
  inventory: string
  /** Path of an ssh configuration that reaches the machines by name or address. */
  sshConfig: string
  network: LabNetwork
  /** The nodes of the cluster. */
  nodes: LabNode[]
  /** The nodes, and the arbiter if there is one. */
  machines: LabNode[]
  /** One for each node, or none. */
  plugs: Plug[]
  /** A second one for each node, for levels of fencing devices; the lab's inventory does not declare it. */
  backups: Plug[]
}

/** The lab of that name with its first `count` nodes, whether it is up or not. */
export function labOf(
  name: string,
  count: number,
  { plugs = false, arbiter = false, ipv6 = false }: LabExtras = {},
): Lab {
  const dir = labDir(name)
  const network = labNetworks[ipv6 ? 6 : 4]
  const nodes = Array.from({ length: count }, (_, index) => nodeOf(name, index + 1, network))
  return {
    name,
    dir,
    inventory: join(dir, 'inventory.yml'),
    sshConfig: join(dir, 'ssh_config'),
    network,
    nodes,
    machines: arbiter
      ? [...nodes, { lab: name, name: arbiterName, address: `${network.start}${arbiterNumber}` }]
      : nodes,
    plugs: plugs ? nodes.map((node, index) => plugOf(node, 'plug', index + 1)) : [],
    backups: plugs ? nodes.map((node, index) => plugOf(node, 'backup', index + 1)) : [],
  }
}

/**
 * Nodes 1 to 9 have 192.168.0.1 to .9 as in the tutorial; node 10 and later have .30 and up, which leaves .10 for the
 * floating IP and room for more of them. In the network of IPv6 they end in the same digits.
 */
export function nodeOf(lab: string, index: number, { start } = labNetworks[4]): LabNode {
  return { lab, name: `node${index}`, address: `${start}${index < 10 ? index : 20 + index}` }
}

/** Plug 1 has 192.168.0.101, and backup 1 has 192.168.0.165: above all addresses of machines. */
function plugOf(node: LabNode, kind: 'plug' | 'backup', index: number): Plug {
  return { name: `${kind}${index}`, address: `192.168.0.${(kind === 'plug' ? 100 : 100 + maxNodes) + index}`, node }
}

/**
 * Names that are safe in a path, a namespace and a host name alike, and short enough for all of them.
 * @throws UsageError
 */
export function checkName(name: string): void {
  if (/^[a-z][a-z0-9-]{0,29}$/.test(name)) return
  throw new UsageError(`"${name}" cannot be a lab's name`, {
    hint: "A lab's name has 1 to 30 lower-case letters, digits and dashes, a letter first.",
  })
}

/** @throws UsageError */
export function checkCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= maxNodes) return
  throw new UsageError(`a lab has 1 to ${maxNodes} nodes, not ${count}`)
}

export const labDir = (lab: string) => join(labsDir, lab)
export const labNetns = (lab: string) => `ha-run.${lab}`
export const nodeNetns = (node: LabNode) => `${labNetns(node.lab)}.${node.name}`
/** The node's name for systemd-nspawn, which is part of file names under /run/systemd/nspawn. */
export const machineName = (node: LabNode) => `ha-run-${node.lab}-${node.name}`
export const nodeDir = (node: LabNode) => join(labDir(node.lab), 'nodes', node.name)
/** The mount point of the node's overlay. */
export const nodeRoot = (node: LabNode) => join(nodeDir(node), 'root')
export const consoleLog = (node: LabNode) => join(nodeDir(node), 'console.log')

/** True if this network namespace (a name in /run/netns) belongs to the lab. No lab's name has a dot. */
export function isNetnsOf(lab: string, netns: string): boolean {
  return netns === labNetns(lab) || netns.startsWith(`${labNetns(lab)}.`)
}
