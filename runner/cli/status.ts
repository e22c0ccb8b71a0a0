import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { configuration } from '../cluster/cib/configuration.js'
import type { Cluster } from '../cluster/declaration/declaration.js'
import { readClusters } from '../cluster/declaration/read.js'
import type { StatusEvent } from '../cluster/status/events.js'
import { createStatusReporter } from '../cluster/status/reporter.js'
import { statusOf } from '../cluster/status/status.js'
import { statusQuery, type NodeView } from '../cluster/status/view.js'
import { Connections } from '../engine/connections.js'
import type { Reporter } from '../engine/events.js'
import { NodePoller, type PollResult } from '../engine/node-poller.js'
import type { NodeLike } from '../tasks/member.js'
import { exitCodes, HaRunError, UsageError } from '../errors.js'
import { selectHosts } from '../inventory/limit.js'
import { loadInventory } from '../inventory/load.js'
import { makeControlDirectory, removeControlDirectory } from '../ssh/openssh.js'
import { askPassword } from './ask-password.js'
import { wantsColor } from './color.js'
import type { StatusFlags } from './flags.js'
import { onInterrupt } from './signals.js'

/** ms from one look to the next. */
const period = 2000
/** ms that a look waits for a node, while others have answered: longer than one daemon may hang (`view.ts`), so that this is told as such. */
const patience = 5000
/** ms after which people are told what is waited for. */
const silence = 3000
/** ms after which what other nodes have answered is too old to be shown as the present. */
const oldAge = 5000

/**
 * Shows how the clusters are, by what the selected nodes say. Reads, and takes no lock.
 *
 * A cluster in trouble is a shown status too, as it is to `crm status` and `pcs status`: whether one is well is verify's exit
 * code. A watch that somebody has ended is over as it should be.
 *
 * @returns the exit code: 0, or 4 where a node could not be reached.
 */
export async function status(flags: StatusFlags): Promise<number> {
  if (flags.watch && flags.verbose) throw new UsageError('--watch has no room for the configuration that -v shows', { hint: '`ha-run status -v` prints it once' })
  const inventory = loadInventory(flags.inventory)
  const selected = new Set(selectHosts(inventory, flags.limit ?? 'all'))
  const clusters = readClusters(inventory).filter(({ nodes }) => nodes.some(({ name }) => selected.has(name)))
  if (clusters.length === 0) throw new UsageError('no node of a cluster is selected', { hint: 'check --limit' })

  const becomePassword = flags.askBecomePass ? await askPassword('password for sudo: ') : undefined
  const started = flags.askBecomePass ? Date.now() : performance.timeOrigin
  const interrupt = onInterrupt(() => {})
  const end = new AbortController()
  const stop = AbortSignal.any([interrupt.stop, end.signal])
  // Every node listens; Node would call more than ten of them a leak.
  setMaxListeners(0, stop)
  // `ha-run status --watch | head`: nobody looks any more.
  process.stdout.on('error', () => end.abort())
  const controlDirectory = makeControlDirectory()
  const nodes = clusters.flatMap(cluster => cluster.nodes.filter(({ name }) => selected.has(name)))
  const connections = new Connections(nodes, {
    ssh: { configFile: flags.sshConfig, controlDirectory, becomePassword, abandon: stop }, forks: flags.forks, stop,
  })
  const addresses = new Map(clusters.map(({ name, floatingIp }) => [name, floatingIp.address]))
  const poller = new NodePoller(nodes, connections, async ({ node, read }) => read(statusQuery(addresses.get(node.cluster)!)))
  const reporter = createStatusReporter({
    json: flags.json ?? false, watch: flags.watch ?? false, stdout: process.stdout, stderr: process.stderr, verbosity: flags.verbose ? 1 : 0, color: wantsColor(flags),
  })
  try {
    for (const text of inventory.warnings) reporter.report({ event: 'notice', text })
    const absences = new Absences(reporter)
    let seen: PollResult<Cluster['nodes'][number], NodeView>[] = []
    do {
      const next = performance.now() + period
      const look = flags.watch ? await poller.poll(stop, patience) : await lookOnce(poller, stop, reporter)
      if (stop.aborted) break
      seen = look
      absences.report(seen)
      for (const cluster of clusters) {
        const event = statusOf(cluster, cluster.nodes.map(node => seen.find(poll => poll.node === node) ?? { node }))
        reporter.report(flags.verbose ? { ...event, ...await configurationOf(cluster, poller) } : event)
      }
      if (flags.watch) await sleep(Math.max(next - performance.now(), 0), undefined, { signal: stop }).catch(() => {})
    } while (flags.watch && !stop.aborted)
    const unreachable = seen.filter(({ absence }) => absence).length
    const exit = flags.watch ? exitCodes.ok : stop.aborted ? exitCodes.interrupted : unreachable > 0 ? exitCodes.unreachable : exitCodes.ok
    reporter.report({
      event: 'summary', ok: seen.filter(poll => poll.seen).length, changed: 0, would_change: 0, unknown: 0, failed: 0, unreachable, exit,
      ms: Math.round(Date.now() - started),
    })
    return exit
  } finally {
    poller.giveUp()
    // Whoever is still being connected to is waited for no more.
    end.abort()
    await connections.close()
    interrupt.done()
    removeControlDirectory(controlDirectory)
    await reporter.close()
  }
}

/** A look that waits for every node, until ssh says that it cannot be reached; the others are asked again when that has taken long. */
async function lookOnce<T>(poller: NodePoller<Cluster['nodes'][number], T>, stop: AbortSignal, reporter: Reporter): Promise<PollResult<Cluster['nodes'][number], T>[]> {
  const begun = performance.now()
  const say = setTimeout(() => reporter.report({ event: 'notice', text: `waiting for ${poller.pending.map(({ name }) => name).join(', ')}` }), silence)
  const first = await poller.poll(stop)
  clearTimeout(say)
  return performance.now() - begun < oldAge || stop.aborted ? first : poller.poll(stop, patience)
}

/** The configuration, which is the same on all nodes, from the first one that tells it. */
async function configurationOf(cluster: Cluster, poller: NodePoller<Cluster['nodes'][number], NodeView>): Promise<Pick<StatusEvent, 'configuration'>> {
  for (const member of poller.present.filter(({ node }) => cluster.nodes.includes(node))) {
    try {
      const text = await member.read(configuration)
      if (text !== undefined) return { configuration: { node: member.name, text } }
    } catch (error) {
      // The next one may tell.
      if (!(error instanceof HaRunError)) throw error
    }
  }
  return {}
}

/** Tells of a node that cannot be reached once, when it is lost. */
class Absences {
  readonly #reporter: Reporter
  #known = new Set<NodeLike>()

  constructor(reporter: Reporter) {
    this.#reporter = reporter
  }

  report(poller: PollResult<Cluster['nodes'][number], NodeView>[]): void {
    for (const { node, absence } of poller) {
      if (absence && !this.#known.has(node)) this.#reporter.report({ event: 'error', cluster: node.cluster, host: node.name, status: 'unreachable', error: absence })
    }
    this.#known = new Set(poller.filter(({ absence }) => absence).map(({ node }) => node))
  }
}
