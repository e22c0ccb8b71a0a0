/** Something about a cluster that people should know. */
export interface Problem {
  /** Failed: it must not be so. Warning: an admin may mean it. */
  level: 'failed' | 'warning'
  text: string
  /** What to do about it. */
  hint?: string | undefined
}

/** How a cluster is at this moment, as its nodes tell it. Where they disagree, each answer stands with those who gave it. */
export interface StatusEvent {
  event: 'status'
  cluster: string
  /** The worst of its problems; unknown: no node could be asked. */
  health: 'ok' | 'warning' | 'failed' | 'unknown'
  problems: Problem[]
  nodes: {
    name: string
    address: string
    /** `online`, `standby`, `maintenance`, `pending`, `unclean`, `offline`; `unreachable` or `unknown` where no other node knows. */
    state: string
    dc: boolean
    /** Whether the node itself has answered. */
    seen: boolean
    /** What else is to be said of it: `corosync is not running`. */
    remarks: string[]
  }[]
  /** Links between pairs of nodes, each pair once. */
  links: { number: number; between: [string, string]; connected: boolean }[]
  /** Who is the DC; null where there is none. */
  dc: { node: string | null; seen_by: string[] }[]
  quorum: { quorate: boolean; votes?: number | undefined; expected?: number | undefined; ring: string; flags: string[]; seen_by: string[] }[]
  resources: {
    id: string
    agent: string
    /** Groups and clones that it is in, outermost first. */
    parents: string[]
    /** `started`, `stopped`, `promoted` …, in Pacemaker's words. */
    state: string
    /** Where it runs. */
    nodes: string[]
    /** `failed`, `blocked`, `unmanaged`, `orphaned`. */
    remarks: string[]
  }[]
  /** The nodes' interfaces that have it, by their kernels: one, unless something is wrong. */
  floating_ip: { address: string; holders: { node: string; interface: string }[] }
  failures: { operation: string; node: string; status: string; reason: string; at?: string | undefined }[]
  /** The whole configuration, and the node that told it. */
  configuration?: { node: string; text: string } | undefined
}

/** A cluster as a picture shows it. */
export interface Topology {
  nodes: {
    name: string
    address: string
    /** `online`, `standby`, `maintenance`, `pending`, `unclean`, `offline`, `unreachable`. */
    state: string
    dc: boolean
  }[]
  /** Links between pairs of nodes, each pair once. */
  links: { number: number; between: [string, string]; connected: boolean }[]
  resources: { id: string; nodes: string[] }[]
  /** The floating IP and the nodes whose kernel has it: one, unless something is wrong. */
  floatingIp: { address: string; nodes: string[] }
}

/** How a cluster is at this moment. The last one before the summary is how a run has left it. */
export interface TopologySignal {
  event: 'topology'
  isSignal: true
  cluster: string
  topology: Topology
}

declare module '../../tasks/added-events.js' {
  interface AddedEvents {
    status: StatusEvent
  }
  interface AddedSignals {
    topology: TopologySignal
  }
}
