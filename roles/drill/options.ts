import { Option } from 'commander'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { parseDuration, positiveInteger } from '../../runner/option-values.js'
import { UsageError } from '../../runner/errors.js'
import { didYouMean } from '../../runner/inventory/nearest.js'
import {
  daemons,
  defaultSettings,
  faultNames,
  faultText,
  isAboutFencing,
  splitsBrain,
  type DrillSettings,
} from './settings.js'

/** The options that `ha-run drill` adds to those of every run. */
export function options(): Option[] {
  return [
    new Option('--fault <name>', 'inject this fault').choices(faultNames).default(defaultSettings.fault),
    // The former name of --fault. Without a default of its own, it sets nothing unless it is given.
    new Option('--how <name>').choices(faultNames).hideHelp().conflicts('fault'),
    new Option('--daemon <name>', 'daemon to kill with --fault kill').choices(daemons).default(defaultSettings.daemon),
    new Option('--node <name>', 'drill this node (default: the node that has the floating IP)'),
    new Option('--rounds <n>', 'number of drills, one after the other')
      .argParser(positiveInteger)
      .default(defaultSettings.rounds),
    new Option('--max-outage <time>', 'fail if the page, or a probe, is unreachable for longer: 5s, 500ms').argParser(
      parseDuration,
    ),
    new Option(
      '--allow-split-brain',
      'accept that two nodes have the floating IP for a while if no fencing prevents it',
    ),
  ]
}

export interface DrillFlags extends Omit<DrillSettings, 'allowSplitBrain'> {
  how?: DrillSettings['fault']
  allowSplitBrain?: boolean
}

export function settingsOf({
  fault,
  how,
  daemon,
  node,
  rounds,
  maxOutage,
  allowSplitBrain = false,
}: DrillFlags): DrillSettings {
  return { fault: how ?? fault, daemon, node, rounds, maxOutage, allowSplitBrain }
}

/** @throws UsageError if these clusters cannot be drilled like this. */
export function checkFlags(flags: DrillFlags, clusters: Cluster[]): void {
  const settings = settingsOf(flags)
  const [cluster, ...others] = clusters
  if (!cluster) return
  if (others.length > 0) {
    throw new UsageError(
      `a drill is for one cluster, but ${clusters.map(({ name }) => name).join(', ')} are selected`,
      { hint: 'select one by its group: --limit GROUP' },
    )
  }
  const names = cluster.nodes.map(({ name }) => name)
  if (settings.node !== undefined && !names.includes(settings.node)) {
    throw new UsageError(`${cluster.name} has no node "${settings.node}"`, {
      hint: didYouMean(settings.node, names, 'Its nodes'),
    })
  }
  if (settings.fault === 'arbiter' && settings.node !== undefined) {
    throw new UsageError('--fault arbiter drills no node', { hint: 'leave out --node' })
  }
  if (isAboutFencing(settings) && cluster.fencing === 'disabled') {
    throw new UsageError(`--fault ${settings.fault} needs fencing, and it is disabled in the inventory`, {
      hint: `declare the devices as \`fencing\` of ${cluster.name}`,
    })
  }
  if (splitsBrain(settings) && cluster.fencing === 'disabled' && !settings.allowSplitBrain) {
    throw new UsageError(
      `with fencing disabled, "${faultText(settings)}" can put the floating IP on two nodes at once, for as long as the drill lasts`,
      {
        hint: 'visitors may reach either node, and what both nodes write may be lost; to accept that, add --allow-split-brain',
      },
    )
  }
}
