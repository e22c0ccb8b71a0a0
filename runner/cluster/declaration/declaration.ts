import type { Connection } from '../../inventory/site.js'

/**
 * What the inventory declares about clusters, complete: every default is filled in (`read-declaration.ts`), so that
 * roles never ask "and if it is not said?".
 */

/** A key of corosync.conf with its value as written there. */
export type ConfValues = Record<string, string>

export interface Cluster {
  name: string
  /** The inventory group that bears the `cluster:` key. */
  group: string
  nodes: Node[]
  floatingIp: { address: string; prefix: number }
  /** `disabled`: there are no devices, and that is known. `kept`: the running cluster's own are left as they are. */
  fencing: 'disabled' | 'kept'
  corosync: {
    /** Knet by default; `totem.transport`. */
    transport: 'knet' | 'udpu' | 'udp'
    /** Keys of the totem section besides version, cluster_name, transport. */
    totem: ConfValues
    quorum: ConfValues
    logging: ConfValues
    /** The subsections `interface` of totem, one a link; left out where nobody declares any. */
    interface?: ConfValues[]
  }
  resources: Resource[]
  constraints: Constraint[]
  properties: Record<string, string>
  resourceDefaults: Record<string, string>
  operationDefaults: Record<string, string>
  /** Whether the packages of Corosync and Pacemaker are on hold; left out: as the admin has it. */
  holdPackages?: boolean
  /** HTML text; `{node}` stands for the node's name. */
  page: string
  /** What the inventory itself says, without the defaults: all that is wanted of a cluster that somebody else built. */
  explicit: Explicit
  /** Somebody else built the cluster, so ha-run's defaults do not apply (`withoutDefaults`). */
  foreign?: true
}

/** The parts of a declaration that have defaults, without them. */
export interface Explicit extends Pick<Cluster, 'resources' | 'constraints' | 'properties' | 'resourceDefaults' | 'operationDefaults'> {
  /** Settings of corosync.conf by section, such as `totem.token`. */
  corosync: ConfValues
  page?: string
}

export interface Node {
  name: string
  cluster: string
  connection: Connection
  /** The node's IPv4 address on each Corosync link, link 0 first. */
  links: string[]
  /** Static addressing, where the inventory declares `address`. */
  network?: { address: string; prefix: number; gateway?: string; dns: string[]; interface?: string }
}

export type Resource = Primitive | ResourceGroup

export interface Primitive {
  kind: 'primitive'
  id: string
  /** As crm and pcs write it: `ocf:heartbeat:IPaddr2`, `systemd:nginx`. */
  agent: string
  params: Record<string, string>
  operations: Operation[]
  meta: Record<string, string>
  /** Present when it runs on every node: the clone's id and meta attributes. */
  clone?: { id: string; meta: Record<string, string> }
}

export interface Operation {
  name: string
  interval: string
  /** Left out: the agent's own metadata decides. */
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

/** Whether the cluster runs Apache at all: `WebSite: false` leaves only what else is declared. */
export function servesPage({ resources }: Cluster): boolean {
  return resources.some(resource => resource.kind === 'primitive' && resource.agent === 'ocf:heartbeat:apache')
}
