import { TaskError } from '../errors.js'
import type { AddedEvent } from './added-events.js'
import type { Difference } from './difference.js'
import type { NodeLike } from './member.js'
import type { ClusterScope, NodeScope, TrialScope } from './scope.js'

/** Why a task does not apply here. */
export class Skip {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

export function skip(reason: string): Skip {
  return new Skip(reason)
}

/** In sync, but people should know something about it. */
export class Warn {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

export function warn(reason: string): Warn {
  return new Warn(reason)
}

/** The result of a check: differences from the declared state (none: in sync), a warning, or why the task does not apply. */
export type Finding = Difference[] | Warn | Skip

/** Names a task: any task is one. For a task of another role, `role` is that role. */
export interface TaskRef {
  role?: string
  name: string
}

interface Check<Scope> {
  /**
   * Tasks that must be in sync before this task's check is right: tasks of the same role, or references (`taskRef`) to those
   * of another role. In `--check`, this task is unknown if one of them would change.
   */
  needs?: readonly TaskRef[]
  /** Once in sync it stays in sync, whatever changes in the tasks that it needs: a plan need not wait for them. */
  lasting?: boolean
  /** Reads, never writes. Throws if the declared state cannot or must not be reached. */
  check: (scope: Scope) => Promise<Finding>
}

interface Work<Scope> extends Check<Scope> {
  /** How the change would affect running resources, as sentences. Used in a plan; reads, never writes. */
  forecast?: (scope: Scope, differences: Difference[]) => Promise<string[]>
  /** Removes the differences; the check runs again afterwards. @returns what the change has caused, as sentences. */
  apply: (scope: Scope, differences: Difference[]) => Promise<string[] | void>
}

interface Guarding<Scope> extends Check<Scope> {
  check: (scope: Scope) => Promise<never[] | Warn | Skip>
  apply?: undefined
  forecast?: undefined
}

interface OnNode {
  scope: 'node'
  name: string
  /** Runs on one node after the other, and on all of them before the next task starts anywhere. */
  oneAtATime?: boolean
  /**
   * Independent of earlier tasks, except other background tasks: it may be applied before its turn, in parallel to earlier
   * tasks that wait for daemons. The background tasks of a node are applied one after the other.
   */
  background?: boolean
  /** No other task needs it: it runs after all others, but before the assertions at the end of a run. */
  late?: boolean
  /** Runs on the supporting hosts of its role, and not on the members (`onSupporting`). */
  supporting?: boolean
}

interface OnCluster {
  scope: 'cluster'
  name: string
  /** May be applied while members are unreachable or have failed. Otherwise nothing is changed without all of them. */
  tolerant?: boolean
}

export interface NodeTask extends Work<NodeScope>, OnNode {}
/** A check of a node that stops the run there, and changes nothing. */
export interface NodeGuard extends Guarding<NodeScope>, OnNode {}

export interface ClusterTask<N extends NodeLike = NodeLike> extends Work<ClusterScope<N>>, OnCluster {}
/** A check of a cluster that stops the run there, and changes nothing. */
export interface ClusterGuard<N extends NodeLike = NodeLike> extends Guarding<ClusterScope<N>>, OnCluster {}

/** A line about the cluster in the table at the end of a run. */
export interface Headline {
  label: string
  text: string
}

export interface Verdict {
  /** `skipped`: it does not hold, for a reason that another assertion or the run itself reports. */
  status: 'ok' | 'warning' | 'failed' | 'skipped'
  /**
   * What was observed. As long as the assertion holds and the cluster does not change, every check must return the same text:
   * another text while it is watched counts as a change.
   */
  evidence: string
  /** What to do if it does not hold. */
  hint?: string | undefined
  headlines?: Headline[]
  /** The failure may be an update in progress between nodes: it counts only if it persists for a moment. */
  fleeting?: boolean
  /** Events to report with it. */
  events?: AddedEvent[]
}

/** A statement about the cluster that must hold: it is checked and never repaired. */
export interface Assertion<N extends NodeLike = NodeLike> {
  scope: 'assertion'
  name: string
  /** What it proves and why that matters, as a sentence. */
  meaning?: string
  check: (scope: ClusterScope<N>) => Promise<Verdict>
}

/**
 * An experiment with the cluster that restores everything afterwards. It runs only if every assertion before it holds and all
 * members take part.
 */
export interface Trial<N extends NodeLike = NodeLike> {
  scope: 'trial'
  name: string
  /** May run while members are unreachable, and after tasks before it have failed: it is for a cluster that is not well. */
  tolerant?: boolean
  /** What it will do, as sentences. Reads, never writes. Throws if it must not be done. */
  plan: (scope: TrialScope<N>) => Promise<string[]>
  /**
   * Does it, and restores everything however it ends.
   *
   * @returns remarks, as sentences. Throws if the cluster did not behave as it should.
   */
  run: (scope: TrialScope<N>) => Promise<string[]>
}

export type Task<N extends NodeLike = NodeLike> =
  | NodeTask
  | NodeGuard
  | ClusterTask<N>
  | ClusterGuard<N>
  | Assertion<N>
  | Trial<N>

/** A task for every selected node; nodes run in parallel, unless it is for one at a time. */
export function task(name: string, work: Omit<NodeTask, 'scope' | 'name'>): NodeTask {
  return { scope: 'node', name, ...work }
}

/** The same task for the supporting hosts of the role, in place of the members. */
export function onSupporting(task: NodeTask): NodeTask {
  return { ...task, supporting: true }
}

/** A task of another role, for `needs`. The role exports it and uses its name for the task. */
export function taskRef(role: string, name: string): TaskRef & { role: string } {
  return { role, name }
}

export interface GuardOptions {
  needs: readonly TaskRef[]
  /** Whether the condition is met. */
  isMet: (scope: NodeScope) => Promise<boolean>
  /** What to run first if it is not. */
  hint: string
}

/**
 * A condition that a role depends on and another role provides, for every selected node. In a plan it is unknown if it is not
 * met and that role would still change something.
 */
export function guard(name: string, { needs, isMet, hint }: GuardOptions): NodeGuard {
  const check = async (scope: NodeScope): Promise<never[]> => {
    if (await isMet(scope)) return []
    throw new TaskError(`prerequisite not met: ${name}`, { hint })
  }
  return { scope: 'node', name, needs, lasting: true, check }
}
