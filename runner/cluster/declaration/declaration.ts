import type { InventoryError } from '../../errors.js'
import type { Connection } from '../../inventory/site.js'
import type { IpFamily } from '../../ip-address.js'
import type { Secret } from '../../secret.js'
import type { EventKind } from './alerts.js'
import type { Probe } from './probe.js'
import type { NodeReport } from './named-links.js'
import type { Action, Role } from './roles.js'
import type { RuleExpression } from './rule.js'

/** What the inventory declares about clusters, completed with all defaults (`read.ts`), so that roles need none. */

/** Settings of a section of corosync.conf, with their values as written there. */
export type ConfValues = Record<string, string>

export interface Cluster {
  name: string
  /** The inventory group that has the `cluster:` variable. */
  group: string
  nodes: Node[]
  /** In the order of the inventory. The first one serves the page, and the default constraints name it. */
  floatingIps: [FloatingIp, ...FloatingIp[]]
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
  /** Left out if the inventory declares none. */
  nodeValues?: NodeValues[]
  properties: Record<string, string>
  resourceDefaults: Record<string, string>
  operationDefaults: Record<string, string>
  /** Defaults that apply where a rule is met; left out if none are declared. */
  resourceDefaultSets?: DefaultSet[]
  operationDefaultSets?: DefaultSet[]
  /** Left out, like the following, if the inventory declares none. */
  alerts?: Alert[]
  tags?: Tag[]
  acls?: Acls
  /** Whether the packages of Corosync and Pacemaker are held; left out: ha-run changes no holds. */
  holdPackages?: boolean
  /** `open`: the nodes' firewalls let the cluster's packets pass; left out: ha-run changes no firewall. */
  firewall?: 'open'
  /** HTML text; `{node}` stands for the node's name. */
  page: string
  /** Declared as `page: false`: ha-run manages neither Apache nor a page. */
  pageless?: true
  /** What verify and drill ask; left out if the inventory declares none: the page. */
  probes?: Probe[]
  /** Paths of files and folders whose content must be the same on all nodes; left out if none is declared. */
  sameContent?: string[]
  /** What the inventory itself declares, without the defaults. Nothing else applies to a foreign cluster. */
  explicit: Explicit
  /** An error about a setting below `cluster:`, with its place in the inventory: some are found only on the nodes. */
  errorAt: (path: string[], message: string, hint: string) => InventoryError
  /** Somebody else built the cluster, so ha-run's defaults do not apply (`withoutDefaults`). */
  foreign?: true
  /** Present as long as link addresses are host names, which the nodes have to resolve: no role runs before that. */
  unresolved?: UnresolvedLinks
}

/** An address that visitors use. One node at a time has it. */
export interface FloatingIp {
  /** The id of its resource, unless a cluster that somebody else built has another resource for the address. */
  name: string
  /** As the kernel prints it. */
  address: string
  prefix: number
  family: IpFamily
  /** The interface of all nodes that gets the address; left out: the agent finds it by the network. */
  interface?: string
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
  | 'resources'
  | 'constraints'
  | 'properties'
  | 'resourceDefaults'
  | 'operationDefaults'
  | 'resourceDefaultSets'
  | 'operationDefaultSets'
> {
  /** Settings of corosync.conf with their section: `totem.token`. */
  corosync: ConfValues
  page?: string
  /** The settings of `fencing` that have defaults. */
  fencing?: Partial<Pick<DeclaredFencing, 'delay' | 'action'>>
}

/** Defaults that apply to resources or operations that meet a rule, or at a time. */
export interface DefaultSet {
  id: string
  rule: RuleExpression
  /** If several sets apply, the values of the one with the highest score count. Left out: 0. */
  score?: string
  values: Record<string, string>
}

/** A script that Pacemaker calls when something happens, as the user hacluster. */
export interface Alert {
  id: string
  path: string
  /** What the script gets in its environment. */
  options: Record<string, string>
  /** Timeout and format of the time. */
  meta: Record<string, string>
  /** Left out: Pacemaker's default, events of nodes, fencing and resources. */
  select?: { kinds: EventKind[]; attributes: string[] }
  /** The script is called once for each; if there are none, once. */
  recipients: Recipient[]
}

export type Recipient = { value: string } & Pick<Alert, 'options' | 'meta'>

/** A name for several objects of the CIB. */
export interface Tag {
  id: string
  members: string[]
}

/** Who may read and write which parts of the CIB. */
export interface Acls {
  roles: { id: string; permissions: AclPermission[] }[]
  /** Users (`target`) and groups, with the ids of their roles. */
  holders: { kind: 'target' | 'group'; id: string; roles: string[] }[]
}

export interface AclPermission {
  kind: 'read' | 'write' | 'deny'
  /** `xpath`, `reference`, or `object-type` and perhaps `attribute`, as in the CIB. */
  on: Record<string, string>
}

/** What the CIB has about a node: attributes, which rules of constraints compare, and how much of something it has. */
export interface NodeValues {
  node: string
  attributes: Record<string, string>
  utilization: Record<string, string>
}

export interface Node {
  name: string
  cluster: string
  connection: Connection
  /** The node's address on each Corosync link, link 0 first; there it is a host name while the cluster is `unresolved`. */
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
  /** How much of something it needs; left out if nothing is declared. */
  utilization?: Record<string, string>
  /** Its clone, if it runs on every node. */
  clone?: Clone
}

export interface Clone {
  id: string
  meta: Record<string, string>
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
  /** Its clone, if it runs on every node. */
  clone?: Clone
}

export type Constraint = Location | Colocation | Order | ColocationOfSets | OrderOfSets

/** Roles limit a constraint to the instances of a promotable clone that have them. */
export interface Location {
  kind: 'location'
  id: string
  /** The id of a resource, or a pattern of ids. */
  resource: string
  isPattern?: true
  role?: Role
  /** A location has a node, or a rule that nodes must meet. */
  node?: string
  rule?: RuleExpression
  /** Left out if it is the value of a node attribute, which only a rule can say. */
  score?: string
  scoreAttribute?: string
  /** On which nodes Pacemaker looks for a resource that it has not started. */
  discovery?: string
}

export interface Colocation {
  kind: 'colocation'
  id: string
  resource: string
  role?: Role
  with: string
  withRole?: Role
  score: string
}

export interface Order {
  kind: 'order'
  id: string
  first: string
  /** Both actions are present, or none: then both are the start. */
  firstAction?: Action
  then: string
  thenAction?: Action
  orderKind: 'Mandatory' | 'Optional' | 'Serialize'
  symmetrical?: boolean
}

/** Resources in sets, which follow each other. */
export interface ResourceSet {
  members: string[]
  /** Left out, as in the CIB: true. */
  sequential?: boolean
  requireAll?: boolean
  role?: Role
  action?: Action
}

export interface ColocationOfSets {
  kind: 'colocation'
  id: string
  sets: ResourceSet[]
  score: string
}

export interface OrderOfSets {
  kind: 'order'
  id: string
  sets: ResourceSet[]
  orderKind: Order['orderKind']
  symmetrical?: boolean
}

/** Whether ha-run manages a page: `WebSite: false` removes Apache, and `page: false` leaves it to others. */
export function servesPage({ resources, pageless }: Cluster): boolean {
  return (
    !pageless && resources.some(resource => resource.kind === 'primitive' && resource.agent === 'ocf:heartbeat:apache')
  )
}
