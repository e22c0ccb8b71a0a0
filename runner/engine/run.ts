import PQueue from 'p-queue'
import { ConnectError, exitCodes, HaRunError, LockedError } from '../errors.js'
import { connect, type ConnectOptions, type NodeConnection } from '../transport/connect.js'
import { elsewhere } from '../transport/reconnect.js'
import { ClusterRun } from './cluster-run.js'
import { errorReport } from './error-report.js'
import type { MachineEvent, Reporter, Signal, SummaryEvent } from './events.js'
import { lockCluster } from './lock.js'
import { Member, type ClusterLike, type NodeLike } from './member.js'
import type { Step } from './plan.js'
import { Tally } from './tally.js'
import type { Consent } from './task.js'

/** A cluster and what is to be done there. */
export interface Job<C extends ClusterLike, N extends NodeLike = C['nodes'][number]> {
  cluster: C
  steps: Step<C, N>[]
}

export interface RunOptions {
  /** This run's id. */
  run: string
  check: boolean
  /** Whether anything may be changed, so that other runs must be kept out. */
  lock: boolean
  forks: number
  ssh: ConnectOptions
  reporter: Reporter
  /** Aborted by the first Ctrl-C. */
  stop: AbortSignal
  /** Aborted by the second: what runs on the nodes is ended too. */
  abandon: AbortSignal
  consent: Consent
}

/**
 * Connects to every member of every cluster, runs the steps, and reports. Clusters do not wait for each other.
 *
 * @returns the summary, which has been reported too.
 */
export async function run<C extends ClusterLike<N>, N extends NodeLike>(jobs: Job<C, N>[], options: RunOptions): Promise<SummaryEvent> {
  const tally = new Tally()
  const report = (event: MachineEvent | Signal) => {
    if ('status' in event || event.event === 'error') tally.count(event)
    options.reporter.report(event)
  }
  const starts = new PQueue({ concurrency: options.forks })
  const queue = new PQueue({ concurrency: options.forks })
  await Promise.all(jobs.map(async ({ cluster, steps }) => {
    const members = await Promise.all(cluster.nodes.map(node => starts.add(() => join(node, cluster.name, options, report))))
    const abandon = () => void Promise.allSettled(connectionsOf(members).map(connection => connection.endRunningGroups()))
    options.abandon.addEventListener('abort', abandon)
    try {
      if (options.lock) await lockCluster(members, cluster.name, options.run)
      await new ClusterRun(cluster, members, steps, { ...options, queue, report }).run()
    } catch (error) {
      if (error instanceof LockedError) tally.override(exitCodes.locked)
      report({ event: 'error', cluster: cluster.name, status: 'failed', error: errorReport(error) })
    } finally {
      options.abandon.removeEventListener('abort', abandon)
      await Promise.all(connectionsOf(members).map(connection => connection.close()))
    }
  }))
  if (options.stop.aborted) tally.override(exitCodes.interrupted)
  const { summary } = tally
  report(summary)
  return summary
}

/** Connects to a node; one that cannot be reached takes part as such. */
async function join<N extends NodeLike>(
  node: N, cluster: string, { ssh, stop }: RunOptions, report: (event: MachineEvent | Signal) => void,
): Promise<Member<N>> {
  try {
    if (stop.aborted) throw new ConnectError(`${node.name}: interrupted before it was connected to`)
    return new Member(node, await reach(node, ssh, text => report({ event: 'notice', cluster, host: node.name, text })))
  } catch (error) {
    if (!(error instanceof HaRunError)) throw error
    report({ event: 'error', cluster, host: node.name, status: 'unreachable', error: errorReport(error) })
    return new Member(node, error instanceof ConnectError ? error : new ConnectError(error.message, error))
  }
}

/**
 * Connects where ssh finds the node; or else at its declared address, where an earlier run may have moved it: people
 * type the same command with the same inventory again.
 */
async function reach({ name, connection }: NodeLike, ssh: ConnectOptions, notice: (text: string) => void): Promise<NodeConnection> {
  const { host, address } = connection
  try {
    return await connect(name, connection, ssh)
  } catch (error) {
    if (address === undefined || !(error instanceof ConnectError) || ssh.abandon?.aborted) throw error
    try {
      const moved = await connect(name, await elsewhere(connection, address, ssh), ssh)
      notice(`${name} answers at ${address}, its declared address, and not at ${host}: correct ansible_host in the inventory`)
      return moved
    } catch (reason) {
      if (!(reason instanceof HaRunError)) throw reason
      const also = `${address}, its declared address, was tried too: ${reason.message}`
      throw new ConnectError(error.message, {
        hint: error.hint === undefined ? also : `${error.hint}\n${also}`, ...(error.output !== undefined && { output: error.output }), cause: error,
      })
    }
  }
}

function connectionsOf<N extends NodeLike>(members: Member<N>[]): NodeConnection[] {
  return members.flatMap(member => member.unreachable ? [] : [member.connection])
}
