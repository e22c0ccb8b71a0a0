import type { Connection } from '../../inventory/site.js'
import type { Secret } from '../../secret.js'
import type { NodeReport } from './named-links.js'

/** What the inventory declares about clusters, completed with all defaults (`read.ts`), so that roles need none. */

/** Settings of a section of corosync.conf, with their values as written there. */
export type ConfValues = Record<string, string>

export interface Cluster {
  name: string
  /** The inventory group that has the `cluster:` variable. */
  group: string
  nodes: Node[]
  floatingIp: { address: string; prefix: number }
  /** `disabled`: the cluster has no fencing devices. `kept`: the devices of the running cluster stay as they are. */
  fencing: 'disabled' | 'kept' | DeclaredFencing
  /** The arbiter that has a vote besides the nodes; left out if none is declared. */
  quorumDevice?: QuorumDevice
  corosync: {
    /** The setting `totem.transport`; knet by default. */
    transport: 'knet' | 'udpu' | 'udp'
    /** The settings of the totem section other than version, cluster_name and transport. */
    totem: ConfValues
    quorum: ConfValues
    logging: ConfValues
    /** The `interface` subsections of totem, one per link; left out if none is declared. */
    interface?: ConfValues[]
  }
  resources: Resource[]
  constraints: Constraint[]
  properties: Record<string, string>
  resourceDefaults: Record<string, string>
  operationDefaults: Record<string, string>
  /** Whether the packages of Corosync and Pacemaker are held; left out: ha-run changes no holds. */
  holdPackages?: boolean
  /** `open`: the nodes' firewalls let the cluster's packets pass; left out: ha-run changes no firewall. */
  firewall?: 'open'
  /** HTML text; `{node}` stands for the node's name. */
  page: string
  /** What the inventory itself declares, without the defaults. Nothing else applies to a foreign cluster. */
  explicit: Explicit
  /** Somebody else built the cluster, so ha-run's defaults do not apply (`withoutDefaults`). */
  foreign?: true
  /** Present as long as link addresses are host names, which the nodes have to resolve: no role runs before that. */
  unresolved?: UnresolvedLinks
}

export interface UnresolvedLinks {
  /** The host names. */
  names: string[]
  /** The nodes with all link addresses. Throws an InventoryError if they are not clear, or do not fit the declaration. */
  resolve: (reports: readonly NodeReport[]) => Node[]
}

/** The parts of a declaration that have defaults, without the defaults. */
export interface Explicit extends Pick<
  Cluster,
  'resources' | 'constraints' | 'properties' | 'resourceDefaults' | 'operationDefaults'
> {
  /** Settings of corosync.conf with their section: `totem.token`. */
  corosync: ConfValues
  page?: string
  /** The settings of `fencing` that have defaults. */
  fencing?: Partial<Pick<DeclaredFencing, 'delay' | 'action'>>
}

export interface Node {
  name: string
  cluster: string
  connection: Connection
  /** The node's IPv4 address on each Corosync link, link 0 first; there it is a host name while the cluster is `unresolved`. */
  links: string[]
  /** Static addressing; left out if the inventory does not declare `address`. */
  network?: { address: string; prefix: number; gateway?: string; dns: string[]; interface?: string }
}

/** The devices that fence the nodes, and how they are used. */
export interface DeclaredFencing {
  devices: FencingDevice[]
  /** The property priority-fencing-delay, such as `5s`: in a tie, the node with the floating IP wins. Left out: no delay. */
  delay?: string
  /** For each node the levels of devices, in their order; the devices of one level act together. Empty if none are declared. */
  levels: Record<string, string[][]>
  action: 'reboot' | 'off'
}

export interface FencingDevice {
  id: string
  /** The name of the agent's program, such as `fence_ipmilan`. */
  agent: string
  /** The names of the nodes that it fences, with the plug of each if one device has several. */
  fences: { node: string; plug?: string }[]
  params: Record<string, string>
  /** Parameters whose values are secret, by name. */
  secrets: Record<string, SecretSource>
}

/** Where a secret is read from on the admin machine. `value`: the inventory itself has it, from a vault. */
export type SecretSource = { env: string } | { file: string } | { command: string[] } | { value: Secret }

/** corosync-qdevice on every node, with corosync-qnetd on a host that is no member. */
export interface QuorumDevice {
  /** The arbiter: a host of the inventory outside of the cluster. */
  arbiter: Node
  /** ffsplit gives its vote to one half of the nodes; lms, last man standing, to whichever nodes are left. */
  algorithm: 'ffsplit' | 'lms'
  /** How many votes it has besides one for each node: 1, or with lms one less than there are nodes (corosync-qdevice(8)). */
  votes: number
}

export type Resource = Primitive | ResourceGroup

export interface Primitive {
  kind: 'primitive'
  id: string
  /** In the form of crm and pcs: `ocf:heartbeat:IPaddr2`, `systemd:nginx`. */
  agent: string
  params: Record<string, string>
  operations: Operation[]
  meta: Record<string, string>
  /** The id and meta attributes of its clone, if it runs on every node. */
  clone?: { id: string; meta: Record<string, string> }
}

export interface Operation {
  name: string
  interval: string
  /** Left out: the timeout that the agent's metadata advises. */
  timeout?: string
  /** Other attributes of the op element, e.g. `on-fail`. */
  options: Record<string, string>
}

export interface ResourceGroup {
  kind: 'group'
  id: string
  members: string[]
  meta: Record<string, string>
}

export type Constraint =
  | { kind: 'location'; id: string; resource: string; node: string; score: string }
  | { kind: 'colocation'; id: string; resource: string; with: string; score: string }
  | { kind: 'order'; id: string; first: string; then: string; orderKind: 'Mandatory' | 'Optional' | 'Serialize' }

/** Whether the cluster runs Apache: `WebSite: false` removes it. */
export function servesPage({ resources }: Cluster): boolean {
  return resources.some(resource => resource.kind === 'primitive' && resource.agent === 'ocf:heartbeat:apache')
}
