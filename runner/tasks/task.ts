import { TaskError } from '../errors.js'
import type { Fact } from '../facts/fact.js'
import type { Remote } from '../ssh/remote.js'
import type { Member, NodeLike } from './member.js'
import type { AddedEvent } from './added-events.js'
import type { Difference } from './difference.js'
import type { ReportProgress } from './progress.js'

/** Nothing to check or to do here, and why. */
export class Skip {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

export function skip(reason: string): Skip {
  return new Skip(reason)
}

/** In sync as far as this task goes, and yet something that people should know. */
export class Warn {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

export function warn(reason: string): Warn {
  return new Warn(reason)
}

/** What a check found: differences from the declared state (none: in sync), a remark, or why it does not apply. */
export type Finding = Difference[] | Warn | Skip

/** What a run does only because it was told to, by a flag of that name. */
export interface Consent {
  /** `--allow-outage`: to stop the service where there is no way around it. */
  outage: boolean
  /** `--purge`: to remove what is nobody's of ours. */
  purge: boolean
}

/** What a task on one node works with. */
export interface NodeScope {
  $: Remote
  read: <T>(fact: Fact<T>) => Promise<T>
  consent: Consent
  /** How the node is reached, for a task that changes it. */
  member: Pick<Member, 'name' | 'connection' | 'expectDisconnect' | 'replaceConnection'>
  /** Names of other members that this run cannot reach or may not change: what has to go on with all must not begin. */
  apart: readonly string[]
  /** Aborted by the second Ctrl-C: a wait ends there. */
  abandon: AbortSignal
  /** Tells people what the task is at, while it is applied; with no text, that there is no more to say. */
  progress: ReportProgress
}

/** What a task for a whole cluster works with: all its members, in inventory order. */
export interface ClusterScope<N extends NodeLike = NodeLike> {
  members: Member<N>[]
  /** Those that this run may change; the others are only read. */
  selected: Member<N>[]
  /** Names of the roles of this run. */
  roles: ReadonlySet<string>
  /** Aborted by the first Ctrl-C: work in several steps ends after the present one. */
  stop: AbortSignal
  /** Aborted by the second Ctrl-C: a wait ends there. */
  abandon: AbortSignal
  /** Tells people what the task is at, while it is applied; with no text, that there is no more to say. */
  progress: ReportProgress
  consent: Consent
  /** The first selected member that is ready: work that is done once is done there. */
  leader: Member<N>
}

interface Work<Scope> {
  /**
   * Tasks that must be in sync before this one's check can tell the truth: `name`, or `role: name` for those of an
   * earlier role. In `--check`, a task whose need would change is unknown.
   */
  needs?: readonly string[]
  /**
   * What it needs brings it about and never undoes it: where it is in sync already, it stays so, and a plan need not wait
   * for what else would change.
   */
  lasting?: boolean
  /** Reads, never writes. Throws where the declared state cannot or must not be reached. */
  check: (scope: Scope) => Promise<Finding>
  /** What closing the differences would make of what runs, as sentences. Asked in a plan; reads, never writes. */
  forecast?: (scope: Scope, differences: Difference[]) => Promise<string[]>
  /** Closes the differences. Afterwards the check runs again. @returns what came of it, as sentences, if there is a word to say. */
  apply: (scope: Scope, differences: Difference[]) => Promise<string[] | void>
}

export interface NodeTask extends Work<NodeScope> {
  scope: 'node'
  name: string
  /** Done on one node after the other, and on all before the next task begins anywhere. */
  oneAtATime?: boolean
  /**
   * Nothing before it has a say in it but others of its kind, so that it may be applied ahead of its turn, beside the tasks
   * before it: while these wait for daemons, the node has time for it. Those of a kind are applied one after the other.
   */
  background?: boolean
  /** No other task needs it: its turn comes behind all others but the assertions at a run's end. */
  late?: boolean
}

export interface ClusterTask<N extends NodeLike = NodeLike> extends Work<ClusterScope<N>> {
  scope: 'cluster'
  name: string
  /** May be applied while members are unreachable or have failed. Otherwise nothing is changed without all of them. */
  tolerant?: boolean
}

/** A line for the cluster's part of the closing table. */
export interface Headline {
  label: string
  text: string
}

export interface Verdict {
  status: 'ok' | 'warning' | 'failed'
  /**
   * What was seen. Where it holds, the same words at every look as long as the cluster stays as it is: other words within
   * the time that it has to hold are a change that nobody made.
   */
  evidence: string
  /** What to do when it does not hold. */
  hint?: string
  headlines?: Headline[]
  /** A failure that may be nothing but an update under way between nodes: it counts once it has stayed for a moment. */
  fleeting?: boolean
  /** Events to report with it. */
  events?: AddedEvent[]
}

/** Something that must hold of a cluster, looked at and never mended. */
export interface Assertion<N extends NodeLike = NodeLike> {
  scope: 'assertion'
  name: string
  /** What it proves and why that matters, in a plain sentence. */
  meaning?: string
  check: (scope: ClusterScope<N>) => Promise<Verdict>
}

/** What a trial works with. */
export interface TrialScope<N extends NodeLike = NodeLike> extends ClusterScope<N> {
  /** Reports an event of the role's own. */
  report: (event: AddedEvent) => void
}

/**
 * Something that is done to a cluster to see what comes of it, and put back: it leaves nothing changed. It is made only
 * where every assertion before it holds and all members take part.
 */
export interface Trial<N extends NodeLike = NodeLike> {
  scope: 'trial'
  name: string
  /** What will be done, as sentences. Reads, never writes. Throws where it must not be done. */
  plan: (scope: TrialScope<N>) => Promise<string[]>
  /**
   * Does it, and puts everything back however it ends.
   *
   * @returns what people should know besides, as sentences. Throws where the cluster did not stand it as it should.
   */
  run: (scope: TrialScope<N>) => Promise<string[]>
}

export type Task<N extends NodeLike = NodeLike> = NodeTask | ClusterTask<N> | Assertion<N> | Trial<N>

/** A task for every selected node; nodes run in parallel, unless it is for one at a time. */
export function task(name: string, work: Omit<NodeTask, 'scope' | 'name'>): NodeTask {
  return { scope: 'node', name, ...work }
}

/**
 * Something an earlier role provides and this one cannot do without. In a plan it is unknown where it is missing and
 * that role would still change something.
 *
 * @param holds - false where it is missing.
 * @param remedy - what to run first.
 */
export function prerequisite(
  name: string, { needs, holds, remedy }: { needs: readonly string[]; holds: (scope: NodeScope) => Promise<boolean>; remedy: string },
): NodeTask {
  const check = async (scope: NodeScope): Promise<Finding> => {
    if (await holds(scope)) return []
    throw new TaskError(`not so: ${name}`, { hint: remedy })
  }
  return { scope: 'node', name, needs, lasting: true, check, apply: () => Promise.resolve() }
}
