import type { FencingEvent } from '../pacemaker/crm-mon.js'

/** A problem of a cluster, as the status reports it. */
export interface Problem {
  /** `failed`: a fault. `warning`: a condition that an admin may have intended. */
  level: 'failed' | 'warning'
  text: string
  /** What to do about it. */
  hint?: string | undefined
}

/**
 * The present status of a cluster by the views of its nodes. If they disagree, each value is listed with the nodes that
 * report it.
 */
export interface StatusEvent {
  event: 'status'
  cluster: string
  /** The worst level of its problems; `unknown` if no node answered. */
  health: 'ok' | 'warning' | 'failed' | 'unknown'
  problems: Problem[]
  nodes: {
    name: string
    address: string
    /**
     * `online`, `standby`, `maintenance`, `pending`, `unclean`, `offline`; `unreachable` or `unknown` if no other node
     * reports its state.
     */
    state: string
    dc: boolean
    /** Whether the node itself has answered. */
    seen: boolean
    /** Further remarks: `corosync not running`. */
    remarks: string[]
  }[]
  /** Links between pairs of nodes, each pair once. */
  links: { number: number; between: [string, string]; connected: boolean }[]
  /** The DC; null if there is none. */
  dc: { node: string | null; seen_by: string[] }[]
  quorum: {
    quorate: boolean
    votes?: number | undefined
    expected?: number | undefined
    /** The arbiter's vote, as counted there (alive: corosync-qdevice runs there); left out if no quorum device is registered. */
    arbiter?: { votes: number; alive: boolean; voting: boolean } | undefined
    ring: string
    flags: string[]
    seen_by: string[]
  }[]
  /** Without the fencing devices. */
  resources: {
    id: string
    agent: string
    /** The groups and clones that contain it, outermost first. */
    parents: string[]
    /** Pacemaker's role in lower case: `started`, `stopped`, `promoted` … */
    state: string
    /** The nodes on which it runs. */
    nodes: string[]
    /** Those of them on which it is promoted; left out if it is promoted nowhere. */
    promoted?: string[] | undefined
    /** `failed`, `blocked`, `unmanaged`, `orphaned`. */
    remarks: string[]
  }[]
  /** The first floating IP. */
  floating_ip: FloatingIpStatus
  /** The others; left out if there is only one. */
  further_floating_ips?: FloatingIpStatus[] | undefined
  /** Left out if fencing is disabled and there are no devices. */
  fencing?: FencingStatus | undefined
  failures: { operation: string; node: string; status: string; reason: string; at?: string | undefined }[]
  /** The whole configuration, and the node that reported it. */
  configuration?: { node: string; text: string } | undefined
}

export interface FloatingIpStatus {
  address: string
  /** The interfaces that have the address, by the nodes' kernels: exactly one unless something is wrong. */
  holders: { node: string; interface: string }[]
}

export interface FencingStatus {
  enabled: boolean
  devices: {
    id: string
    agent: string
    /** Pacemaker's role in lower case: `started`, `stopped`. */
    state: string
    /** The nodes on which its monitor runs. */
    nodes: string[]
    /** `failed`, `blocked`, `unmanaged`, `orphaned`. */
    remarks: string[]
  }[]
  /** What the cluster remembers, latest first. */
  history: FencingEvent[]
}

/** The part of a status that a diagram of the cluster shows. */
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
  /** With the nodes on which each runs, and those on which it is promoted. */
  resources: { id: string; nodes: string[]; promoted?: string[] | undefined }[]
  /** The first floating IP. */
  floating_ip: PlacedAddress
  /** The others; left out if there is only one. */
  further_floating_ips?: PlacedAddress[] | undefined
}

/** A floating IP and the nodes whose kernel has it: exactly one unless something is wrong. */
export interface PlacedAddress {
  address: string
  nodes: string[]
}

/** All floating IPs of a status or a topology. */
export function floatingIpsIn<T>({
  floating_ip: first,
  further_floating_ips: others = [],
}: {
  floating_ip: T
  further_floating_ips?: T[] | undefined
}): T[] {
  return [first, ...others]
}

/** The present topology of a cluster. The last one before the summary is the state in which the run left it. */
export interface TopologyEvent {
  event: 'topology'
  cluster: string
  topology: Topology
}

declare module '../../tasks/added-events.js' {
  interface AddedEvents {
    status: StatusEvent
    topology: TopologyEvent
  }
}
