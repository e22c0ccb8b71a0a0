import { hostsOf } from '../engine/events.js'
import type { AssertionEvent, ErrorEvent, RunStartEvent, TaskEvent, TaskStartSignal } from '../engine/events.js'
import { noCounts } from './tally.js'
import type { Counts } from './tally.js'
import { oneLine } from './text.js'
import type { AnyEvent } from './visible.js'

/** What the live screen knows of one node, or of a cluster as a whole. */
export interface Row {
  name: string
  kind: 'cluster' | 'node' | 'outside host'
  /** Tasks that have started and not ended, each with its start time in ms and its progress. The row shows the first one. */
  open: Map<string, { signal: TaskStartSignal; since: number; progress: string | undefined }>
  counts: Counts
  /** The messages of the failures, on one line each. */
  reasons: string[]
  notice: string | undefined
  /** When the last task ended, in ms. */
  since: number
  /** Whether any event was about this row. */
  touched: boolean
  /** Settles when the run has ended: rejects with the failures, if there are any. */
  work: Promise<void>
}

/** The rows of a cluster, and how far its run is. */
export interface ClusterRows {
  own: Row
  hosts: Row[]
  state: 'waiting' | 'postponed' | 'running' | 'ended'
}

/** A row for each cluster, each of its nodes and each host that supports it, in the order of the inventory. */
export class Rows {
  readonly all: Row[]
  readonly clusters: ClusterRows[]
  /** The last notice about the run as a whole: that it was interrupted, for example. */
  remark: string | undefined
  readonly #byName: Map<string, Row>
  #settle = () => {}

  constructor(run: RunStartEvent, now: number) {
    const ended = new Promise<void>(resolve => {
      this.#settle = resolve
    })
    this.clusters = run.clusters.map(cluster => ({
      own: newRow(cluster.name, 'cluster', now, ended),
      hosts: hostsOf(cluster).map(host => newRow(host, cluster.outside ? 'outside host' : 'node', now, ended)),
      state: 'waiting',
    }))
    this.all = this.clusters.flatMap(({ own, hosts }) => [own, ...hosts])
    this.#byName = new Map(
      this.clusters.flatMap(({ own, hosts }): [string, Row][] => [
        [keyOf(own.name), own],
        ...hosts.map((host): [string, Row] => [keyOf(own.name, host.name), host]),
      ]),
    )
  }

  /** Settles the work of every row: the run has ended. */
  end(): void {
    this.#settle()
  }

  /** Updates the row that the event is about. */
  apply(event: AnyEvent, now: number): void {
    if (event.event === 'notice' && event.host === undefined && event.cluster === undefined)
      this.remark = oneLine(event.text)
    const state = stateAfter[event.event]
    if (state !== undefined) {
      const cluster = this.clusters.find(({ own }) => 'cluster' in event && own.name === event.cluster)
      if (!cluster) return
      cluster.state = state
      // Until then the others had the places for connections: that is no time that this one has taken.
      if (state === 'running') for (const row of rowsOf(cluster)) row.since = now
      return
    }
    const row = this.#rowOf(event)
    if (!row) return
    row.touched = true
    if (event.event === 'notice') row.notice = oneLine(event.text)
    if (event.event === 'progress') {
      const task = row.open.get(taskKey(event))
      if (task) task.progress = oneLine(event.text) || undefined
    }
    if (event.event === 'task-start') {
      row.notice = undefined
      // A task starts a second time: when it is applied after its check, or when the turn of a background task comes.
      row.open.set(taskKey(event), { since: now, progress: undefined, ...row.open.get(taskKey(event)), signal: event })
    }
    if (event.event === 'task-pause') row.open.delete(taskKey(event))
    if (event.event === 'task' || event.event === 'assertion') {
      row.notice = undefined
      row.open.delete(taskKey(event))
    }
    if (event.event === 'task' || event.event === 'assertion' || event.event === 'error') {
      row.since = now
      if (event.status) row.counts[event.status]++
      if (event.status === 'failed' || event.status === 'unreachable') row.reasons.push(reasonOf(event))
    }
  }

  #rowOf(event: AnyEvent): Row | undefined {
    if (!('cluster' in event) || event.event === 'headline' || event.cluster === undefined) return undefined
    return this.#byName.get(keyOf(event.cluster, 'host' in event ? event.host : undefined))
  }
}

/** The rows of a cluster, its own first. A host that belongs to no cluster has only one, unless an event is about its whole work. */
export function rowsOf({ own, hosts }: ClusterRows): Row[] {
  return hosts[0]?.kind === 'outside host' && !own.touched ? hosts : [own, ...hosts]
}

const stateAfter: Partial<Record<AnyEvent['event'], ClusterRows['state']>> = {
  'cluster-start': 'running',
  'cluster-postponed': 'postponed',
  'cluster-end': 'ended',
}

function newRow(name: string, kind: Row['kind'], now: number, end: Promise<void>): Row {
  const reasons: string[] = []
  const work = end.then(() => {
    if (reasons.length > 0) throw new Error(reasons.join('\n'))
  })
  // A run may end while no screen waits for its rows.
  work.catch(() => {})
  return {
    name,
    kind,
    open: new Map(),
    counts: noCounts(),
    reasons,
    notice: undefined,
    since: now,
    touched: false,
    work,
  }
}

/** A node may have the name of its cluster, and one host may support several clusters. */
function keyOf(cluster: string, host?: string): string {
  return JSON.stringify([cluster, host])
}

function taskKey({ role, task }: { role: string; task: string }): string {
  return `${role}: ${task}`
}

function reasonOf(event: TaskEvent | AssertionEvent | ErrorEvent): string {
  if (event.event === 'error') return oneLine(event.error.message)
  return oneLine(event.error?.message ?? (event.event === 'assertion' ? event.evidence : event.reason) ?? '')
}
