import { systemClock, type Clock } from '../clock.js'
import { ConnectError, exitCodes, HaRunError, InventoryError, LockedError } from '../errors.js'
import type { NodeConnection } from '../ssh/node-connection.js'
import { ClusterRun } from './cluster-run.js'
import type { Connections } from './connections.js'
import { errorReport } from './error-report.js'
import { Fleet } from './fleet.js'
import { isMachineEvent, type Reporter, type RunEvent, type SummaryEvent } from './events.js'
import { hostLockFile, lockCluster } from './lock.js'
import { lockProgress } from './lock-progress.js'
import { Member, type ClusterLike, type NodeLike } from '../tasks/member.js'
import type { ScheduledTask } from './schedule.js'
import { RunTally } from './run-tally.js'
import type { Consent } from '../tasks/scope.js'

export { stableSeconds } from './assert-together.js'

/** A cluster and its tasks, in the order in which they run. */
export interface ScheduledCluster<C extends ClusterLike<N>, N extends NodeLike> {
  cluster: C
  scheduled: ScheduledTask<N>[]
  /** Hosts that its tasks work on although they are no members. */
  supporting?: N[]
}

/** A cluster whose declaration is completed by what its nodes report: its tasks are not known before. */
export interface IncompleteCluster<C extends ClusterLike<N>, N extends NodeLike> {
  cluster: C
  /** Hosts that its tasks work on although they are no members. */
  supporting?: N[]
  /** Returns the complete cluster, with the same nodes in the same order. Rejects if it cannot be completed. */
  complete: (members: Member<N>[]) => Promise<ScheduledCluster<C, N>>
}

export interface ExecuteOptions {
  /** This run's id. */
  run: string
  /** When it started for the user, by the system's clock (runner/clock.ts). */
  started: number
  check: boolean
  /** Whether the run may change anything, so that other runs must be kept out. */
  lock: boolean
  /** Seconds for which it waits for another run. */
  wait?: number | undefined
  connections: Connections
  reporter: Reporter
  /** Aborted by the first Ctrl-C. */
  stop: AbortSignal
  /** Aborted by the second Ctrl-C: commands that run on the nodes are ended too. */
  abandon: AbortSignal
  consent: Consent
  /** Names of the nodes that the run does not need. */
  mayBeAbsent?: ReadonlySet<string>
  /** Seconds for which assertions must hold; by default `stableSeconds` after a change, otherwise they are checked once. */
  stable?: number | undefined
  /** Shows people what a trial will do, and asks them; without it, no trial is run. */
  confirm?: (plan: string[]) => Promise<boolean>
  clock?: Clock
}

/**
 * Checks a cluster before anything is changed there.
 *
 * @param locked - settles once no other run works on the cluster: nothing is written before that.
 * @returns notices, as sentences. Rejects if nothing may be changed.
 */
export type Precheck<C extends ClusterLike<N>, N extends NodeLike> = (
  cluster: C,
  members: Member<N>[],
  locked: Promise<void>,
) => Promise<string[]>

/**
 * Runs the scheduled tasks of every cluster on its nodes, and reports. Clusters do not wait for each other, except for a place.
 *
 * @returns the summary, which was also reported.
 */
export async function execute<C extends ClusterLike<N>, N extends NodeLike>(
  clusters: (ScheduledCluster<C, N> | IncompleteCluster<C, N>)[],
  options: ExecuteOptions,
  precheck?: Precheck<C, N>,
): Promise<SummaryEvent> {
  const tally = new RunTally(options.started)
  const report = (event: RunEvent) => {
    if (isMachineEvent(event)) tally.count(event)
    options.reporter.report(event)
  }
  const { queue } = options.connections
  const fleet = new Fleet(options.connections, queue.concurrency, options.clock)
  const runCluster = async (planned: ScheduledCluster<C, N> | IncompleteCluster<C, N>, hostNodes: N[]) => {
    const { name, nodes } = planned.cluster
    const hosts = await Promise.all(
      hostNodes.map(async node =>
        join(node, name, options.connections, report, options.mayBeAbsent?.has(node.name) ?? false),
      ),
    )
    const [members, supporting] = [hosts.slice(0, nodes.length), hosts.slice(nodes.length)]
    const abandon = () => void Promise.allSettled(connectionsOf(hosts).map(connection => connection.endRunningGroups()))
    options.abandon.addEventListener('abort', abandon)
    try {
      const { cluster, scheduled } = 'complete' in planned ? await complete(planned, members, queue) : planned
      const lock = options.lock
        ? async () =>
            lockCluster(hosts, name, {
              run: options.run,
              ...(planned.cluster.outside && { file: hostLockFile }),
              waitSeconds: options.wait,
              stop: options.stop,
              waiting: lockProgress(name, report),
            })
        : undefined
      await new ClusterRun(name, members, scheduled, {
        ...options,
        supporting,
        queue,
        allAtOnce: hosts.length <= queue.concurrency,
        clock: options.clock ?? systemClock,
        report,
      }).run(
        lock,
        precheck &&
          (async locked => {
            for (const text of await precheck(cluster, members, locked))
              report({ event: 'notice', cluster: name, text })
          }),
      )
    } catch (error) {
      if (error instanceof LockedError) tally.override(exitCodes.locked)
      if (error instanceof InventoryError) tally.override(exitCodes.usage)
      report({ event: 'error', cluster: name, status: 'failed', error: errorReport(error) })
    } finally {
      options.abandon.removeEventListener('abort', abandon)
      await Promise.all(connectionsOf(hosts).map(connection => connection.close()))
      await options.connections.drop([...hostNodes, ...hosts.map(({ node }) => node)])
    }
  }
  await Promise.all(
    clusters.map(async planned => {
      const cluster = planned.cluster.name
      const hosts = [...planned.cluster.nodes, ...(planned.supporting ?? [])]
      await fleet.during(hosts, async () => runCluster(planned, hosts), {
        started: () => report({ event: 'cluster-start', cluster }),
        postponed: late => {
          report({ event: 'cluster-postponed', cluster })
          const text = 'does not answer yet: tried again after the other clusters'
          for (const { name } of late) report({ event: 'notice', cluster, host: name, text })
        },
      })
      report({ event: 'cluster-end', cluster })
    }),
  )
  if (options.stop.aborted) tally.override(exitCodes.interrupted)
  const { summary } = tally
  report(summary)
  return summary
}

async function complete<C extends ClusterLike<N>, N extends NodeLike>(
  planned: IncompleteCluster<C, N>,
  members: Member<N>[],
  queue: Connections['queue'],
): Promise<ScheduledCluster<C, N>> {
  for (const member of members) member.boundReads(queue)
  const completed = await planned.complete(members)
  for (const [at, member] of members.entries()) member.node = completed.cluster.nodes[at]!
  return completed
}

/** Waits for a node's connection; a node that cannot be reached becomes an unreachable member. */
async function join<N extends NodeLike>(
  node: N,
  cluster: string,
  connections: Connections,
  report: (event: RunEvent) => void,
  mayBeAbsent: boolean,
): Promise<Member<N>> {
  try {
    const { connection, notice } = await connections.to(node)
    if (notice !== undefined) report({ event: 'notice', cluster, host: node.name, text: notice })
    return new Member(node, connection, mayBeAbsent)
  } catch (error) {
    if (!(error instanceof HaRunError)) throw error
    if (mayBeAbsent) report({ event: 'notice', cluster, host: node.name, text: error.message })
    else report({ event: 'error', cluster, host: node.name, status: 'unreachable', error: errorReport(error) })
    return new Member(node, error instanceof ConnectError ? error : new ConnectError(error.message, error), mayBeAbsent)
  }
}

function connectionsOf<N extends NodeLike>(members: Member<N>[]): NodeConnection[] {
  return members.flatMap(member => (member.unreachable ? [] : [member.connection]))
}
