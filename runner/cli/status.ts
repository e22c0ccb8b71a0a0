import { setMaxListeners } from 'node:events'
import { readClusters } from '../cluster/declaration/read.js'
import { createStatusReporter } from '../cluster/status/reporter.js'
import { Connections } from '../engine/connections.js'
import { commandStartedAt, systemClock } from '../clock.js'
import { exitCodes, UsageError } from '../errors.js'
import { selectHosts } from '../inventory/limit.js'
import { loadInventory } from '../inventory/load.js'
import { makeControlDirectory, removeControlDirectory } from '../ssh/control-directory.js'
import { askPassword } from './ask-password.js'
import { wantsColor } from './color.js'
import type { StatusFlags } from './flags.js'
import { onInterrupt } from './signals.js'
import { readOnce, readRepeatedly } from './status-reading.js'
import { openVault } from './vault-passwords.js'

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
  const clusters = readClusters(inventory)
    .map(cluster => ({ cluster, nodes: cluster.nodes.filter(({ name }) => selected.has(name)) }))
    .filter(({ nodes }) => nodes.length > 0)
  if (clusters.length === 0) throw new UsageError('no node of a cluster is selected', { hint: 'check --limit' })
  const nodeCount = clusters.reduce((sum, { nodes }) => sum + nodes.length, 0)
  if (flags.watch && clusters.length > 1 && nodeCount > flags.forks)
    throw new UsageError(
      `--watch stays connected to all ${nodeCount} nodes, which are more than --forks (${flags.forks})`,
      {
        hint: 'select clusters with --limit, or raise --forks',
      },
    )

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
  const connections = new Connections({
    ssh: { configFile: flags.sshConfig, controlDirectory, becomePassword, abandon: stop },
    forks: flags.forks,
    stop,
  })
  const reporter = createStatusReporter({
    json: flags.json ?? false,
    watch: flags.watch ?? false,
    stdout: process.stdout,
    stderr: process.stderr,
    verbosity: flags.verbose ? 1 : 0,
    color: wantsColor(flags),
  })
  const reading = { clusters, connections, stop, reporter, forks: flags.forks, verbose: flags.verbose ?? false }
  try {
    for (const text of inventory.warnings) reporter.report({ event: 'notice', text })
    const polls = flags.watch ? await readRepeatedly(reading) : await readOnce(reading)
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
    // Connections that are still being made are abandoned.
    end.abort()
    await connections.close()
    interrupt.done()
    removeControlDirectory(controlDirectory)
    await reporter.close()
  }
}
