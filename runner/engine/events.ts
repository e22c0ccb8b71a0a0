import type { AddedEvents, AddedSignals } from '../tasks/added-events.js'
import type { Difference } from '../tasks/difference.js'

/**
 * What a run reports: events for machines (`--json` prints them as they are, with a `time`), and signals that matter to
 * people only. Roles and commands add their own (`AddedEvents`).
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

/** The first event of a run. */
export interface RunStartEvent {
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

/** What `--json` prints. */
export type MachineEvent = RunStartEvent | TaskEvent | AssertionEvent | ErrorEvent | SummaryEvent | AddedEvents[keyof AddedEvents]

/** A task begins (`index` from 1 of `count` in its role). */
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

/** One line for the cluster's part of the closing table, e.g. `members` -> `node1, node2`. */
export interface HeadlineSignal {
  event: 'headline'
  cluster: string
  label: string
  text: string
}

/** What a task that goes on is at: `installing 62 %: libqb100`. Empty where there is no more to say. */
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

export type Signal = TaskStartSignal | TaskPauseSignal | ProgressSignal | HeadlineSignal | NoticeSignal | AddedSignals[keyof AddedSignals]

export type RunEvent = MachineEvent | Signal

const signals: ReadonlySet<string> = new Set<Signal['event']>(['task-start', 'task-pause', 'progress', 'headline', 'notice'])

/** Whether `--json` prints it. */
export function isMachineEvent(event: RunEvent): event is MachineEvent {
  return !signals.has(event.event) && !('isSignal' in event)
}

/** Takes events in order. `close` draws what is left and gives the terminal back. */
export interface Reporter {
  report(event: RunEvent): void
  /** Leaves the terminal to somebody who asks people something. @returns what takes it back. */
  suspend?(): Promise<() => void>
  close(): Promise<void>
}
