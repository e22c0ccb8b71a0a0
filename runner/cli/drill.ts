import { createInterface } from 'node:readline/promises'
import type { Cluster } from '../cluster/declaration/declaration.js'
import { howText, splitsBrain, type DrillSettings } from '../cluster/drill.js'
import { UsageError } from '../errors.js'
import { didYouMean } from '../inventory/nearest.js'
import { converge } from './converge.js'
import type { DrillFlags } from './flags.js'

/**
 * `ha-run drill`.
 *
 * @param words - the command line, for the record.
 * @returns the exit code.
 * @throws UsageError before anything is connected to, where it cannot be meant so.
 */
export async function drill(flags: DrillFlags, words: string[]): Promise<number> {
  const { how, daemon, node, rounds, maxOutage, allowSplitBrain = false, yes = false, check = false } = flags
  const settings: DrillSettings = { how, daemon, node, rounds, maxOutage }
  if (!yes && !check && !process.stdin.isTTY) {
    throw new UsageError('a drill asks before it begins, and here is no terminal to ask on', { hint: 'run again with --yes, or with --check to see what it would do' })
  }
  return converge({
    playbook: 'drill', settings,
    refuse: clusters => refuse(clusters, settings, allowSplitBrain),
    confirm: async (plan, stop) => yes || ask(plan, stop),
  }, flags, words)
}

function refuse(clusters: Cluster[], settings: DrillSettings, allowSplitBrain: boolean): void {
  const [cluster, ...others] = clusters
  if (!cluster) return
  if (others.length > 0) {
    throw new UsageError(`a drill is for one cluster: ${clusters.map(({ name }) => name).join(', ')} are selected`, { hint: 'choose one by its group: --limit GROUP' })
  }
  const names = cluster.nodes.map(({ name }) => name)
  if (settings.node !== undefined && !names.includes(settings.node)) {
    throw new UsageError(`${cluster.name} has no node "${settings.node}"`, { hint: didYouMean(settings.node, names, 'Its nodes') })
  }
  if (splitsBrain(settings) && cluster.fencing === 'disabled' && !allowSplitBrain) {
    throw new UsageError(`with fencing disabled, "${howText(settings)}" can put the floating IP on two nodes at once, for as long as the drill lasts`, {
      hint: 'visitors may meet either node, and what both write may be lost; if that is what you want to see: --allow-split-brain',
    })
  }
}

/** Shows what will be done, on stderr, and asks. Ctrl-C and Ctrl-D are a no. */
async function ask(plan: string[], stop: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    // Node leaves a question open for ever whose input ends.
    const hungUp = new Promise<string>(resolve => lines.once('close', () => resolve('')))
    const answer = await Promise.race([lines.question([...plan.map(line => `  ${line}`), 'Go on? [y/N] '].join('\n'), { signal: stop }), hungUp])
    return /^y(es)?$/i.test(answer.trim())
  } catch {
    return false
  } finally {
    lines.close()
  }
}
