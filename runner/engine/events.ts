import type { Difference } from '../tasks/difference.js'

/**
 * What a run tells its reporters: the machine's events (`--json` prints them as they are, with a `time`), and
 * signals that only matter to a live screen.
 */

export const statuses = ['ok', 'changed', 'would-change', 'unknown', 'skipped', 'warning', 'failed', 'unreachable'] as const
export type Status = (typeof statuses)[number]

/** An error as reporters show it. */
export interface ErrorReport {
  message: string
  command?: string | undefined
  /** The last lines of the command's output. */
  output?: string | undefined
  hint?: string | undefined
  stack?: string | undefined
  /** True for a defect of ha-run. */
  isDefect?: boolean | undefined
}

/** Where an event belongs. A cluster-scoped task has a cluster and no host. */
export interface Place {
  cluster: string
  host?: string | undefined
  role: string
  task: string
}

export interface RunEvent {
  event: 'run'
  /** Random, to tell two runs apart. */
  run: string
  command: string[]
  inventory: string
  check: boolean
  clusters: { name: string; nodes: string[] }[]
}

export interface TaskEvent extends Place {
  event: 'task'
  status: Status
  /** Why it was skipped, is unknown, or is a warning. */
  reason?: string | undefined
  diff?: Difference[] | undefined
  /**
   * What else comes of the change, as sentences: in a plan what will start, stop and move, after a run what did, and
   * where that was not as foreseen.
   */
  effects?: string[] | undefined
  error?: ErrorReport | undefined
  ms: number
}

export interface AssertionEvent extends Place {
  event: 'assertion'
  status: Status
  /** What it proves and why that matters, in a plain sentence. */
  meaning?: string | undefined
  /** What was seen, as a sentence or a value. */
  evidence?: string | undefined
  /** What to do when it does not hold; said of those too that do. */
  hint?: string | undefined
  error?: ErrorReport | undefined
  ms: number
}

/** An error that belongs to no task: a node that cannot be reached, a lock, a wrong inventory. */
export interface ErrorEvent {
  event: 'error'
  cluster?: string | undefined
  host?: string | undefined
  status?: 'unreachable' | 'failed' | undefined
  error: ErrorReport
}

export interface SummaryEvent {
  event: 'summary'
  ok: number
  changed: number
  would_change: number
  unknown: number
  failed: number
  unreachable: number
  exit: number
  ms: number
}

/**
 * One round of a drill: what visitors noticed of it, and when the cluster did what. Milliseconds count from the fault, by
 * the admin machine's clock; what did not come about is left out.
 */
export interface DrillRoundEvent {
  event: 'drill-round'
  cluster: string
  /** Failed: the outage was longer than allowed, or the service did not come back. */
  status: 'ok' | 'failed'
  /** From 1, of `rounds`. */
  round: number
  rounds: number
  /** `standby`, `stop`, `kill corosync` … */
  how: string
  /** The node that was drilled. */
  node: string
  /** From the first request that failed to the first good answer after it, the longest such time; 0 where none failed. */
  outage_ms: number
  /** When that began; left out where none failed. */
  outage_at_ms?: number | undefined
  failed_requests: number
  requests: number
  /** When the other nodes noticed. */
  detected_ms?: number | undefined
  /** When the resources had started elsewhere. */
  started_ms?: number | undefined
  /** When the page answered from elsewhere. */
  answered_ms?: number | undefined
  /** Where the service went. */
  moved_to?: string | undefined
  /** Whether it came back to the drilled node once that was restored. */
  returned: boolean
  /** For how long both nodes held the floating IP. */
  held_twice_ms: number
  /** Why it failed. */
  reason?: string | undefined
}

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

/** What `--json` prints. */
export type MachineEvent = RunEvent | TaskEvent | AssertionEvent | DrillRoundEvent | StatusEvent | ErrorEvent | SummaryEvent

const machineEvents: ReadonlySet<string> = new Set<MachineEvent['event']>(['run', 'task', 'assertion', 'drill-round', 'status', 'error', 'summary'])

/** Whether `--json` prints it; the others are signals. */
export function isMachineEvent(event: MachineEvent | Signal): event is MachineEvent {
  return machineEvents.has(event.event)
}

/** A task begins (`index` from 1 of `count` in its role). */
export interface TaskStartSignal extends Place {
  event: 'task-start'
  index: number
  count: number
  /** False while it is only being checked. */
  applying: boolean
}

/** A task that was begun ahead of its turn has been applied: nothing goes on until that comes. */
export interface TaskRestSignal extends Place {
  event: 'task-rest'
}

/** One line for the cluster's part of the closing table, e.g. `members` -> `node1, node2`. */
export interface HeadlineSignal {
  event: 'headline'
  cluster: string
  label: string
  text: string
}

/** What a task that goes on is at: `installing 62 %: corosync`. Empty where there is no more to say. */
export interface ProgressSignal extends Place {
  event: 'progress'
  text: string
}

/** A remark that changes nothing: a near miss in the inventory. */
export interface NoticeSignal {
  event: 'notice'
  cluster?: string | undefined
  host?: string | undefined
  text: string
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
  cluster: string
  topology: Topology
}

/** What visitors saw in a round of a drill, answer by answer. Milliseconds count from the fault, and may be negative. */
export interface DrillAnswersSignal {
  event: 'drill-answers'
  cluster: string
  round: number
  /** In the order in which they were asked for; `node` served the page, or `error` says why none did. */
  answers: { at: number; ms: number; node?: string | undefined; error?: string | undefined }[]
  /** What happened when: `node2 noticed`, `FloatIP started on node2`. */
  marks: { at: number; text: string }[]
}

export type Signal = TaskStartSignal | TaskRestSignal | ProgressSignal | HeadlineSignal | NoticeSignal | TopologySignal | DrillAnswersSignal

/** Takes events in order. `close` draws what is left and gives the terminal back. */
export interface Reporter {
  report(event: MachineEvent | Signal): void
  /** Leaves the terminal to somebody who asks people something. @returns what takes it back. */
  suspend?(): Promise<() => void>
  close(): Promise<void>
}
