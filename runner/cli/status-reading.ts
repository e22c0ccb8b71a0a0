import { setTimeout as sleep } from 'node:timers/promises'
import { cibConfiguration } from '../cluster/cib/configuration.js'
import { learnSecretNames } from '../cluster/cib/secret-names.js'
import type { Cluster, Node } from '../cluster/declaration/declaration.js'
import { cibText } from '../cluster/pacemaker/facts.js'
import type { StatusEvent } from '../cluster/status/events.js'
import { statusOf } from '../cluster/status/status.js'
import { readStatus, type NodeView } from '../cluster/status/view.js'
import type { Connections } from '../engine/connections.js'
import type { Reporter } from '../engine/events.js'
import { Fleet } from '../engine/fleet.js'
import { NodePoller, type PollResult } from '../engine/node-poller.js'
import { HaRunError } from '../errors.js'
import type { NodeLike } from '../tasks/member.js'
import { names } from '../ui/text.js'
import { InOrder } from './in-order.js'

/** The time from one poll to the next. */
const pollIntervalMs = 2000
/** How long a poll waits for a node once others have answered: longer than for a daemon that hangs (`view.ts`), which the node reports itself. */
const nodeTimeoutMs = 5000
/** After this time, a notice names the nodes that have not answered. */
const noticeDelayMs = 3000
/** Answers that are older are not shown as the present status. */
const maxAgeMs = 5000

export interface StatusReading {
  /** The clusters, with their selected nodes. */
  clusters: { cluster: Cluster; nodes: Node[] }[]
  connections: Connections
  forks: number
  stop: AbortSignal
  reporter: Reporter
  /** Also report the configuration. */
  verbose: boolean
}

type StatusPoller = NodePoller<Node, NodeView>
export type Polls = PollResult<Node, NodeView>[]

/**
 * Reads the status of each cluster once, as far as `--forks` has places for its nodes, and reports the clusters in their order.
 *
 * @returns what all nodes answered, except those of clusters that were not read any more after `stop`.
 */
export async function readOnce({
  clusters,
  connections,
  forks,
  stop,
  reporter,
  verbose,
}: StatusReading): Promise<Polls> {
  const fleet = new Fleet(connections, forks)
  const absences = new Absences(reporter)
  const order = new InOrder(clusters.map(({ cluster }) => cluster))
  const pollers = new Set<StatusPoller>()
  const notice = setTimeout(() => {
    const pending = [...fleet.connecting, ...[...pollers].flatMap(poller => poller.pending)]
    reporter.report({ event: 'notice', text: `waiting for ${names(pending.map(({ name }) => name))}` })
  }, noticeDelayMs)
  try {
    const polls = await Promise.all(
      clusters.map(async ({ cluster, nodes }) =>
        fleet.during(
          nodes,
          async () => {
            const poller = pollerOf(cluster, nodes, connections)
            pollers.add(poller)
            try {
              const latest = await pollOnce(poller, stop)
              if (stop.aborted) return []
              const event = await eventOf(cluster, latest, poller, verbose)
              order.settle(cluster, () => {
                absences.report(latest)
                reporter.report(event)
              })
              return latest
            } finally {
              poller.giveUp()
              pollers.delete(poller)
              await connections.drop(nodes)
            }
          },
          { started: () => {}, postponed: () => order.postpone(cluster) },
        ),
      ),
    )
    return polls.flat()
  } finally {
    clearTimeout(notice)
  }
}

/**
 * Reads the status of all clusters again and again, over one connection a node.
 *
 * @returns the last answers.
 */
export async function readRepeatedly({ clusters, connections, stop, reporter }: StatusReading): Promise<Polls> {
  const absences = new Absences(reporter)
  const watched = clusters.map(({ cluster, nodes }) => ({ cluster, poller: pollerOf(cluster, nodes, connections) }))
  connections.start(clusters.flatMap(({ nodes }) => nodes))
  let last: Polls = []
  try {
    while (!stop.aborted) {
      const next = performance.now() + pollIntervalMs
      const latest = await Promise.all(watched.map(async ({ poller }) => poller.poll(stop, nodeTimeoutMs)))
      if (stop.aborted) break
      last = latest.flat()
      absences.report(last)
      for (const [at, { cluster, poller }] of watched.entries())
        reporter.report(await eventOf(cluster, latest[at] ?? [], poller, false))
      await sleep(Math.max(next - performance.now(), 0), undefined, { signal: stop }).catch(() => {})
    }
    return last
  } finally {
    for (const { poller } of watched) poller.giveUp()
  }
}

function pollerOf({ floatingIps }: Cluster, nodes: Node[], connections: Connections): StatusPoller {
  const addresses = floatingIps.map(({ address }) => address)
  return new NodePoller(nodes, connections, async member => readStatus(member, addresses))
}

async function eventOf(cluster: Cluster, polls: Polls, poller: StatusPoller, verbose: boolean): Promise<StatusEvent> {
  const event = statusOf(
    cluster,
    cluster.nodes.map(node => polls.find(poll => poll.node === node) ?? { node }),
  )
  return verbose ? { ...event, ...(await configurationOf(cluster, poller)) } : event
}

/** Waits for all nodes. If that takes long, the nodes that have answered are polled again. */
async function pollOnce(poller: StatusPoller, stop: AbortSignal): Promise<Polls> {
  const started = performance.now()
  const first = await poller.poll(stop)
  return performance.now() - started < maxAgeMs || stop.aborted ? first : poller.poll(stop, nodeTimeoutMs)
}

/** Reads the configuration from the first node that returns it: it is the same on all nodes. */
async function configurationOf(cluster: Cluster, poller: StatusPoller): Promise<Pick<StatusEvent, 'configuration'>> {
  for (const member of poller.present.filter(({ node }) => cluster.nodes.includes(node))) {
    try {
      await learnSecretNames(await member.read(cibText), async fact => member.read(fact))
      const text = await member.read(cibConfiguration)
      if (text !== undefined) return { configuration: { node: member.name, text } }
    } catch (error) {
      // Another node may return it.
      if (!(error instanceof HaRunError)) throw error
    }
  }
  return {}
}

/** Reports each node once when it becomes unreachable. */
class Absences {
  readonly #reporter: Reporter
  #reported = new Set<NodeLike>()

  constructor(reporter: Reporter) {
    this.#reporter = reporter
  }

  report(polls: Polls): void {
    for (const { node, absence } of polls) {
      if (absence && !this.#reported.has(node))
        this.#reporter.report({
          event: 'error',
          cluster: node.cluster,
          host: node.name,
          status: 'unreachable',
          error: absence,
        })
    }
    this.#reported = new Set(polls.filter(({ absence }) => absence).map(({ node }) => node))
  }
}
