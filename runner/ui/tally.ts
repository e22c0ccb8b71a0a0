import { hostsOf, statuses } from '../engine/events.js'
import type { AssertionEvent, RunStartEvent, Status, SummaryEvent, TaskEvent } from '../engine/events.js'
import type { AnyEvent } from './visible.js'

export type Counts = Record<Status, number>

/** If a run has more clusters, those that are alike are shown together, except for those that failed. */
export const manyClusters = 8

/** The events of one run by kind, and how many there are. */
export interface Tally {
  events: readonly AnyEvent[]
  run: RunStartEvent | undefined
  summary: SummaryEvent | undefined
  tasks: TaskEvent[]
  assertions: AssertionEvent[]
  clusters: ClusterTally[]
  total: Counts
}

export interface ClusterTally {
  name: string
  /** It is one host that belongs to no cluster. */
  outside?: true
  /** Its nodes, and behind them the hosts that support it. */
  nodes: { name: string; counts: Counts }[]
  /** Counts of the tasks that ran once for the whole cluster. */
  own: Counts
  headlines: Map<string, string>
}

/** All counts at zero. */
export function noCounts(): Counts {
  return {
    ok: 0,
    changed: 0,
    'would-change': 0,
    unknown: 0,
    skipped: 0,
    warning: 0,
    failed: 0,
    unreachable: 0,
  }
}

/** The number of results. */
export function sum(counts: Counts): number {
  return statuses.reduce((total, status) => total + counts[status], 0)
}

/** The counts of several, added up. */
export function addUp(all: Counts[]): Counts {
  const counts = noCounts()
  for (const each of all) for (const status of statuses) counts[status] += each[status]
  return counts
}

/** Counts the events of a run for each node, for each cluster, and in total. */
export function tally(events: AnyEvent[]): Tally {
  const run = events.find(event => event.event === 'run')
  const clusters = (run?.clusters ?? []).map(cluster => ({
    name: cluster.name,
    ...(cluster.outside && { outside: true as const }),
    nodes: hostsOf(cluster).map(node => ({ name: node, counts: noCounts() })),
    own: noCounts(),
    headlines: new Map<string, string>(),
  }))
  const total = noCounts()
  const byCluster = new Map(clusters.map(cluster => [cluster.name, cluster]))
  // One host may support several clusters.
  const countsOf = (cluster: string | undefined, host: string) =>
    byCluster.get(cluster ?? '')?.nodes.find(({ name }) => name === host)?.counts
  const unreachable = new Set<string>()
  for (const event of events) {
    if (event.event === 'headline') byCluster.get(event.cluster)?.headlines.set(event.label, event.text)
    if (event.event !== 'task' && event.event !== 'assertion' && event.event !== 'error') continue
    if (event.status === undefined) continue
    const counts =
      event.host === undefined ? byCluster.get(event.cluster ?? '')?.own : countsOf(event.cluster, event.host)
    // A lost host counts once, however many tasks failed because of it.
    const isCounted = event.status === 'unreachable' && unreachable.has(event.host ?? '')
    if (event.status === 'unreachable') unreachable.add(event.host ?? '')
    if (!isCounted) total[event.status]++
    if (counts && !(event.status === 'unreachable' && counts.unreachable > 0)) counts[event.status]++
  }
  return {
    events,
    run,
    summary: events.find(event => event.event === 'summary'),
    tasks: events.filter(event => event.event === 'task'),
    assertions: events.filter(event => event.event === 'assertion'),
    clusters,
    total,
  }
}
