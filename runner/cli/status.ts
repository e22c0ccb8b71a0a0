import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { cibConfiguration } from '../cluster/cib/configuration.js'
import { learnSecretNames } from '../cluster/cib/secret-names.js'
import { cibText } from '../cluster/pacemaker/facts.js'
import type { Cluster } from '../cluster/declaration/declaration.js'
import { readClusters } from '../cluster/declaration/read.js'
import type { StatusEvent } from '../cluster/status/events.js'
import { createStatusReporter } from '../cluster/status/reporter.js'
import { statusOf } from '../cluster/status/status.js'
import { readStatus, type NodeView } from '../cluster/status/view.js'
import { Connections } from '../engine/connections.js'
import type { Reporter } from '../engine/events.js'
import { NodePoller, type PollResult } from '../engine/node-poller.js'
import type { NodeLike } from '../tasks/member.js'
import { commandStartedAt, systemClock } from '../clock.js'
import { exitCodes, HaRunError, UsageError } from '../errors.js'
import { selectHosts } from '../inventory/limit.js'
import { loadInventory } from '../inventory/load.js'
import { makeControlDirectory, removeControlDirectory } from '../ssh/control-directory.js'
import { askPassword } from './ask-password.js'
import { wantsColor } from './color.js'
import type { StatusFlags } from './flags.js'
import { onInterrupt } from './signals.js'
import { openVault } from './vault-passwords.js'

/** The time from one poll to the next. */
const pollIntervalMs = 2000
/** How long a poll waits for a node once others have answered: longer than for a daemon that hangs (`view.ts`), which the node reports itself. */
const nodeTimeoutMs = 5000
/** After this time, a notice names the nodes that have not answered. */
const noticeDelayMs = 3000
/** Answers that are older are not shown as the present status. */
const maxAgeMs = 5000

/**
 * Shows the status of the clusters as the selected nodes see it. Reads only, and takes no lock.
 *
 * The exit code does not depend on the health of the clusters, as with `crm status` and `pcs status`: verify checks that.
 *
 * @returns the exit code: 0, or 4 if a node could not be reached. With --watch it is 0 whenever the user ends it.
 */
export async function status(flags: StatusFlags): Promise<number> {
  if (flags.watch && flags.verbose)
    throw new UsageError('--watch has no room for the configuration that -v shows', {
      hint: '`ha-run status -v` prints it once',
    })
  const inventory = loadInventory(flags.inventory, await openVault(flags))
  const selected = new Set(selectHosts(inventory, flags.limit ?? 'all'))
  const clusters = readClusters(inventory).filter(({ nodes }) => nodes.some(({ name }) => selected.has(name)))
  if (clusters.length === 0) throw new UsageError('no node of a cluster is selected', { hint: 'check --limit' })

  const becomePassword = flags.askBecomePass ? await askPassword('password for sudo: ') : undefined
  const started = flags.askBecomePass ? systemClock.now() : commandStartedAt
  const interrupt = onInterrupt({ notify: () => {}, leave: () => removeControlDirectory(controlDirectory) })
  const end = new AbortController()
  const stop = AbortSignal.any([interrupt.stop, end.signal])
  // Every node listens. Node warns of a leak from the eleventh listener on.
  setMaxListeners(0, stop)
  // `ha-run status --watch | head`: the reader has left.
  process.stdout.on('error', () => end.abort())
  const controlDirectory = makeControlDirectory()
  const nodes = clusters.flatMap(cluster => cluster.nodes.filter(({ name }) => selected.has(name)))
  const connections = new Connections({
    ssh: { configFile: flags.sshConfig, controlDirectory, becomePassword, abandon: stop },
    forks: flags.forks,
    stop,
  })
  const addresses = new Map(clusters.map(({ name, floatingIp }) => [name, floatingIp.address]))
  const poller = new NodePoller(nodes, connections, async member =>
    readStatus(member, addresses.get(member.node.cluster)!),
  )
  const reporter = createStatusReporter({
    json: flags.json ?? false,
    watch: flags.watch ?? false,
    stdout: process.stdout,
    stderr: process.stderr,
    verbosity: flags.verbose ? 1 : 0,
    color: wantsColor(flags),
  })
  try {
    connections.start(nodes)
    for (const text of inventory.warnings) reporter.report({ event: 'notice', text })
    const absences = new Absences(reporter)
    let polls: PollResult<Cluster['nodes'][number], NodeView>[] = []
    do {
      const next = performance.now() + pollIntervalMs
      const latest = flags.watch ? await poller.poll(stop, nodeTimeoutMs) : await pollOnce(poller, stop, reporter)
      if (stop.aborted) break
      polls = latest
      absences.report(polls)
      for (const cluster of clusters) {
        const event = statusOf(
          cluster,
          cluster.nodes.map(node => polls.find(poll => poll.node === node) ?? { node }),
        )
        reporter.report(flags.verbose ? { ...event, ...(await configurationOf(cluster, poller)) } : event)
      }
      if (flags.watch) await sleep(Math.max(next - performance.now(), 0), undefined, { signal: stop }).catch(() => {})
    } while (flags.watch && !stop.aborted)
    const unreachable = polls.filter(({ absence }) => absence).length
    const exit = flags.watch
      ? exitCodes.ok
      : stop.aborted
        ? exitCodes.interrupted
        : unreachable > 0
          ? exitCodes.unreachable
          : exitCodes.ok
    reporter.report({
      event: 'summary',
      ok: polls.filter(poll => poll.seen).length,
      changed: 0,
      would_change: 0,
      unknown: 0,
      failed: 0,
      unreachable,
      exit,
      ms: Math.round(systemClock.now() - started),
    })
    return exit
  } finally {
    poller.giveUp()
    // Connections that are still being made are abandoned.
    end.abort()
    await connections.close()
    interrupt.done()
    removeControlDirectory(controlDirectory)
    await reporter.close()
  }
}

/** Waits for every node until it answers or ssh reports it as unreachable. If that takes long, the nodes that have answered are polled again. */
async function pollOnce<T>(
  poller: NodePoller<Cluster['nodes'][number], T>,
  stop: AbortSignal,
  reporter: Reporter,
): Promise<PollResult<Cluster['nodes'][number], T>[]> {
  const started = performance.now()
  const notice = setTimeout(
    () =>
      reporter.report({ event: 'notice', text: `waiting for ${poller.pending.map(({ name }) => name).join(', ')}` }),
    noticeDelayMs,
  )
  const first = await poller.poll(stop)
  clearTimeout(notice)
  return performance.now() - started < maxAgeMs || stop.aborted ? first : poller.poll(stop, nodeTimeoutMs)
}

/** Reads the configuration from the first node that returns it: it is the same on all nodes. */
async function configurationOf(
  cluster: Cluster,
  poller: NodePoller<Cluster['nodes'][number], NodeView>,
): Promise<Pick<StatusEvent, 'configuration'>> {
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

  report(polls: PollResult<Cluster['nodes'][number], NodeView>[]): void {
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
