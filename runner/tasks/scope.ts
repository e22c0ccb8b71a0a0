import type { Fact } from '../facts/fact.js'
import type { Remote } from '../ssh/remote.js'
import type { AddedEvent } from './added-events.js'
import type { Member, NodeLike } from './member.js'
import type { ReportProgress } from './progress.js'

/** What a run does only with a flag of that name. */
export interface Consent {
  /** `--allow-outage`: stop the service if the change cannot be made otherwise. */
  outage: boolean
  /** `--purge`: remove objects that ha-run has not made. */
  purge: boolean
}

/** What a node's task gets. */
export interface NodeScope {
  $: Remote
  read: <T>(fact: Fact<T>) => Promise<T>
  consent: Consent
  /** How the node is reached, for a task that changes it. */
  member: Pick<Member, 'name' | 'connection' | 'expectDisconnect' | 'replaceConnection' | 'readAgain'>
  /** Names of other members that this run cannot reach or may not change: a change that needs all of them must not start. */
  apart: readonly string[]
  /** Aborted by the second Ctrl-C: waits end. */
  abandon: AbortSignal
  /** Reports what the task is doing while it is applied; without a text, clears the report. */
  progress: ReportProgress
}

/** What a task of the cluster gets: all members, in inventory order. */
export interface ClusterScope<N extends NodeLike = NodeLike> {
  members: Member<N>[]
  /** The members that this run may change; the others are only read. */
  selected: Member<N>[]
  /** Hosts that the run works on although they are no members; those of the task's role are reachable, unless the task is an assertion. */
  supporting: Member<N>[]
  /** Who runs this, since when, and the run's id: `root@admin since 2026-11-29T12:00:00.000Z (run 1f2e3d4c)`. */
  run: string
  /** Names of the roles of this run. */
  roles: ReadonlySet<string>
  /** Aborted by the first Ctrl-C: work in several steps ends after the current step. */
  stop: AbortSignal
  /** Aborted by the second Ctrl-C: waits end. */
  abandon: AbortSignal
  /** Reports what the task is doing while it is applied; without a text, clears the report. */
  progress: ReportProgress
  consent: Consent
  /** The first selected member that is ready: commands that run once run there. */
  leader: Member<N>
}

/** What a trial gets. */
export interface TrialScope<N extends NodeLike = NodeLike> extends ClusterScope<N> {
  /** Reports an event of the role's own. */
  report: (event: AddedEvent) => void
}
