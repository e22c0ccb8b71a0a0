import type { AddedEvents } from '../tasks/added-events.js'
import type { Difference } from '../tasks/difference.js'

/**
 * What a run reports: events for machines (`--json` prints them as they are, with a `time`), and signals that matter to
 * people only. Roles and commands add their own (`AddedEvents`).
 */

export const statuses = [
  'ok',
  'changed',
  'would-change',
  'unknown',
  'skipped',
  'warning',
  'failed',
  'unreachable',
] as const
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
  /** True for a mistake in a role of the user's. */
  isUsage?: boolean | undefined
}

/** Which task an event is about. A task of the cluster has no host. */
export interface Place {
  cluster: string
  host?: string | undefined
  role: string
  task: string
}

/** The first event of a run. */
export interface RunStartEvent {
  event: 'run'
  /** Random, to tell two runs apart. */
  run: string
  command: string[]
  inventory: string
  check: boolean
  /**
   * `supporting`: the hosts that the run works on although they are no nodes of the cluster; left out if there are none. `outside`: this is
   * one host that belongs to no cluster, and its events have its name as their cluster.
   */
  clusters: { name: string; nodes: string[]; supporting?: string[] | undefined; outside?: true | undefined }[]
}

/** The names of all hosts of a cluster's run, each of which has a row. */
export function hostsOf({ nodes, supporting = [] }: RunStartEvent['clusters'][number]): string[] {
  return [...nodes, ...supporting]
}

export interface TaskEvent extends Place {
  event: 'task'
  status: Status
  /** Why it is skipped, unknown, or a warning. */
  reason?: string | undefined
  diff?: Difference[] | undefined
  /**
   * The effects of the change, as sentences: in a plan what will start, stop and move, after a run what did, and how that differs
   * from the forecast.
   */
  effects?: string[] | undefined
  error?: ErrorReport | undefined
  ms: number
}

export interface AssertionEvent extends Place {
  event: 'assertion'
  status: Status
  /** What it proves and why that matters, as a sentence. */
  meaning?: string | undefined
  /** What was observed, as a sentence or a value. */
  evidence?: string | undefined
  /** What to do if it does not hold; also present if it holds. */
  hint?: string | undefined
  error?: ErrorReport | undefined
  ms: number
}

/** A line about the cluster in the table at the end of a run, e.g. `members` -> `node1, node2`. */
export interface HeadlineEvent {
  event: 'headline'
  cluster: string
  label: string
  text: string
}

/** An error that belongs to no task: a node that cannot be reached, a lock, a wrong inventory. */
export interface ErrorEvent {
  event: 'error'
  cluster?: string | undefined
  host?: string | undefined
  status?: 'unreachable' | 'failed' | undefined
  error: ErrorReport
}

/** The run waits for a lock that another run has (`--wait`). Reported when that begins, when it changes, and as time goes by. */
export interface LockEvent {
  event: 'lock'
  cluster: string
  /** The node that is locked. */
  node: string
  status: 'waiting'
  /** Who has the lock, and until when. */
  reason: string
  waited_ms: number
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

/** What `--json` prints. */
export type MachineEvent =
  | RunStartEvent
  | TaskEvent
  | AssertionEvent
  | HeadlineEvent
  | ErrorEvent
  | LockEvent
  | SummaryEvent
  | AddedEvents[keyof AddedEvents]

/** A task starts (`index` from 1 of `count` in its role). */
export interface TaskStartSignal extends Place {
  event: 'task-start'
  index: number
  count: number
  /** False while it is only being checked. */
  applying: boolean
}

/** A background task has been applied, and waits for its turn. */
export interface TaskPauseSignal extends Place {
  event: 'task-pause'
}

/** What a running task is doing: `installing 62 %: libqb100`; empty to clear that. */
export interface ProgressSignal extends Place {
  event: 'progress'
  text: string
}

/** A remark without consequences: a probable typing error in the inventory. */
export interface NoticeSignal {
  event: 'notice'
  cluster?: string | undefined
  host?: string | undefined
  text: string
}

/** The hosts of a cluster are connected to. */
export interface ClusterStartSignal {
  event: 'cluster-start'
  cluster: string
}

/** Other clusters are worked on before this one, since one of its hosts does not answer. */
export interface ClusterPostponedSignal {
  event: 'cluster-postponed'
  cluster: string
}

/** The work on a cluster has ended, whatever came of it: no event about it follows. */
export interface ClusterEndSignal {
  event: 'cluster-end'
  cluster: string
}

export type Signal =
  | TaskStartSignal
  | TaskPauseSignal
  | ProgressSignal
  | NoticeSignal
  | ClusterStartSignal
  | ClusterPostponedSignal
  | ClusterEndSignal

export type RunEvent = MachineEvent | Signal

const signals: ReadonlySet<string> = new Set<Signal['event']>([
  'task-start',
  'task-pause',
  'progress',
  'notice',
  'cluster-start',
  'cluster-postponed',
  'cluster-end',
])

/** Whether `--json` prints it. */
export function isMachineEvent(event: RunEvent): event is MachineEvent {
  return !signals.has(event.event)
}

/** Takes events in order. `close` shows the rest and restores the terminal. */
export interface Reporter {
  report(event: RunEvent): void
  /** Frees the terminal for a question to the user. @returns a function that takes it back. */
  suspend?(): Promise<() => void>
  close(): Promise<void>
}
