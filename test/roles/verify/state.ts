import type { ClusterState, FencingEvent, ResourceState } from '../../../runner/cluster/pacemaker/crm-mon.js'

/** The state of a cluster of node1 and node2, in short form. */
export interface ShortState {
  /** The nodes of each primitive, with a `*` where it is promoted; `clone/primitive` is one inside a clone or group. */
  resources: Record<string, string[]>
  flags?: Record<string, Partial<ResourceState>>
  dc?: string | null
  quorate?: boolean
  maintenance?: boolean
  offline?: string[]
  standby?: string[]
  nodes?: string[]
  /** The feature set of each node, if crm_mon shows it. */
  features?: string[]
  failures?: [operation: string, node: string, status: string, reason: string][]
  /** Whether fencing is enabled, and what the fencer remembers. */
  fencing?: FencingEvent[]
}

const isPromoted = (node: string) => node.endsWith('*')

/** The complete state. A primitive on several nodes has one instance on each, as in the output of crm_mon. */
export function stateOf({
  resources,
  flags = {},
  dc = 'node1',
  quorate = true,
  maintenance = false,
  offline = [],
  standby = [],
  nodes = ['node1', 'node2'],
  features = [],
  failures = [],
  fencing,
}: ShortState): ClusterState {
  return {
    ...(dc !== null && { dc }),
    quorate,
    maintenance,
    stonithEnabled: fencing !== undefined,
    nodes: nodes.map((name, at) => ({
      name,
      id: String(at + 1),
      online: !offline.includes(name),
      standby: standby.includes(name),
      maintenance: false,
      pending: false,
      unclean: false,
      ...(features[at] !== undefined && { featureSet: features[at] }),
    })),
    resources: Object.entries(resources).flatMap(([path, where]) => {
      const parents = path.split('/')
      const id = parents.pop()!
      return (where.length === 0 ? [[]] : where.map(node => [node])).map(on => ({
        id,
        agent: 'ocf:heartbeat:Dummy',
        role: on.length === 0 ? 'Stopped' : on.some(isPromoted) ? 'Promoted' : 'Started',
        active: on.length > 0,
        failed: false,
        blocked: false,
        orphaned: false,
        managed: true,
        nodes: on.map(node => node.replace('*', '')),
        parents,
        ...flags[id],
      }))
    }),
    failures: failures.map(([operation, node, status, reason]) => ({ operation, node, status, reason, code: 1 })),
    fencingHistory: fencing ?? [],
  }
}
