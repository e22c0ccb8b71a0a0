import { hostsOf } from '../engine/events.js'
import type { AssertionEvent, ErrorEvent, RunStartEvent, TaskEvent, TaskStartSignal } from '../engine/events.js'
import { noCounts } from './tally.js'
import type { Counts } from './tally.js'
import { oneLine } from './text.js'
import type { AnyEvent } from './visible.js'

/** What the live screen knows of one node, or of a cluster as a whole. */
export interface Row {
  name: string
  kind: 'cluster' | 'node'
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

/** A row for each cluster, each of its nodes and each host that supports it, in the order of the inventory. */
export class Rows {
  readonly all: Row[]
  /** The last notice about the run as a whole: that it was interrupted, for example. */
  remark: string | undefined
  readonly #byName: Map<string, Row>
  #settle = () => {}

  constructor(run: RunStartEvent, now: number) {
    const ended = new Promise<void>(resolve => {
      this.#settle = resolve
    })
    const entries = run.clusters.flatMap((cluster): [string, Row][] => [
      [keyOf(cluster.name), newRow(cluster.name, 'cluster', now, ended)],
      ...hostsOf(cluster).map((host): [string, Row] => [keyOf(cluster.name, host), newRow(host, 'node', now, ended)]),
    ])
    this.all = entries.map(([, row]) => row)
    this.#byName = new Map(entries)
  }

  /** Settles the work of every row: the run has ended. */
  end(): void {
    this.#settle()
  }

  /** Updates the row that the event is about. */
  apply(event: AnyEvent, now: number): void {
    if (event.event === 'notice' && event.host === undefined && event.cluster === undefined)
      this.remark = oneLine(event.text)
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
