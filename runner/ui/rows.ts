import type { AssertionEvent, ErrorEvent, RunStartEvent, TaskEvent, TaskStartSignal } from '../engine/events.js'
import { noCounts } from './tally.js'
import type { Counts } from './tally.js'
import { oneLine } from './text.js'
import type { AnyEvent } from './visible.js'

/** What the live screen knows of one node, or of a cluster as a whole. */
export interface Row {
  name: string
  kind: 'cluster' | 'node'
  /** Tasks that began and have not ended, with their beginning in ms and what they are at; the first is the one shown. */
  open: Map<string, { signal: TaskStartSignal; since: number; at: string | undefined }>
  counts: Counts
  /** First lines of what failed. */
  reasons: string[]
  notice: string | undefined
  /** When it last began to wait. */
  since: number
  /** Whether it was ever spoken of. */
  touched: boolean
}

/** A row for each cluster and each node, in the order of the inventory. */
export class Rows {
  readonly all: Row[]
  /** What was last said to people about the run as a whole: that it was interrupted, say. */
  remark: string | undefined
  readonly #byName: Map<string, Row>

  constructor(run: RunStartEvent, now: number) {
    this.all = run.clusters.flatMap(({ name, nodes }) => [
      newRow(name, 'cluster', now),
      ...nodes.map(node => newRow(node, 'node', now)),
    ])
    this.#byName = new Map(this.all.map(row => [keyOf(row.kind, row.name), row]))
  }

  /** Notes what an event says about its row. */
  apply(event: AnyEvent, now: number): void {
    if (event.event === 'notice' && event.host === undefined && event.cluster === undefined) this.remark = oneLine(event.text)
    const row = this.#rowOf(event)
    if (!row) return
    row.touched = true
    if (event.event === 'notice') row.notice = oneLine(event.text)
    if (event.event === 'progress') {
      const task = row.open.get(taskKey(event))
      if (task) task.at = oneLine(event.text) || undefined
    }
    if (event.event === 'task-start') {
      row.notice = undefined
      // It begins again when it is applied after its check, or when the turn comes of what was begun ahead of it.
      row.open.set(taskKey(event), { since: now, at: undefined, ...row.open.get(taskKey(event)), signal: event })
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
    if (!('cluster' in event) || event.event === 'headline') return undefined
    if ('host' in event && event.host !== undefined) return this.#byName.get(keyOf('node', event.host))
    return event.cluster === undefined ? undefined : this.#byName.get(keyOf('cluster', event.cluster))
  }
}

function newRow(name: string, kind: Row['kind'], now: number): Row {
  return {
    name,
    kind,
    open: new Map(),
    counts: noCounts(),
    reasons: [],
    notice: undefined,
    since: now,
    touched: false,
  }
}

/** A node may bear its cluster's name. */
function keyOf(kind: string, name: string): string {
  return `${kind} ${name}`
}

function taskKey({ role, task }: { role: string; task: string }): string {
  return `${role}: ${task}`
}

function reasonOf(event: TaskEvent | AssertionEvent | ErrorEvent): string {
  if (event.event === 'error') return oneLine(event.error.message)
  return oneLine(event.error?.message ?? (event.event === 'assertion' ? event.evidence : event.reason) ?? '')
}
