import {
  fencingIn,
  type ConfiguredDevice,
  type FencingConfiguration,
} from '../../../runner/cluster/cib/fencing-devices.js'
import { quorum } from '../../../runner/cluster/corosync/facts.js'
import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import { readOnAll, type Scope } from '../../../runner/cluster/members.js'
import { cibText } from '../../../runner/cluster/pacemaker/facts.js'
import { devicesFor } from '../../../runner/cluster/pacemaker/fencing-facts.js'
import type { Verdict } from '../../../runner/tasks/index.js'
import { advisory, corosyncNotAnswering, pacemakerNotAnswering, verdict } from '../verdict.js'

const hint =
  '`delay: 5s` under `fencing:` lets the node with the floating IP win; in a cluster that keeps its own devices, set the property priority-fencing-delay and give a resource a priority, or set pcmk_delay_base of one device'

/** Two nodes that lose each other are both quorate, and each fences the other, unless one of them has to wait. */
export function oneNodeFencesFirst({ nodes }: Pick<Cluster, 'nodes'>) {
  return async ({ leader, members }: Scope): Promise<Verdict> => {
    const [cib, votes, devices] = await Promise.all([
      leader.read(cibText),
      leader.read(quorum),
      Promise.all(
        nodes.map(async ({ name }) => (await readOnAll(members, devicesFor(name))).flatMap(([, ids]) => ids)),
      ),
    ])
    if (cib === undefined) return verdict([`${leader.name}: ${pacemakerNotAnswering}`], '', hint)
    if (votes === undefined) return verdict([`${leader.name}: ${corosyncNotAnswering}`], '', hint)
    const byNode = new Map(nodes.map(({ name }, at) => [name, devices[at] ?? []]))
    return delayVerdict(fencingIn(cib), byNode, votes.flags)
  }
}

/**
 * Whether one of two nodes has to wait.
 *
 * @param devicesByNode - the ids of the devices that fence each node.
 * @param flags - of votequorum.
 */
export function delayVerdict(
  { devices, priorityDelayMs }: Pick<FencingConfiguration, 'devices' | 'priorityDelayMs'>,
  devicesByNode: Map<string, string[]>,
  flags: string[],
): Verdict {
  if (!flags.includes('2Node')) return advisory([], 'only one of two separated nodes can be quorate', hint)
  if (priorityDelayMs > 0)
    return advisory([], `the node with the highest priority is fenced ${priorityDelayMs / 1000} s later`, hint)
  const random = devices.find(({ randomDelayMs }) => randomDelayMs > 0)
  if (random) return advisory([], `${random.id} waits for up to ${random.randomDelayMs / 1000} s at random`, hint)
  const delays = [...devicesByNode].map(([node, ids]) => ({
    node,
    delayMs: Math.min(...devices.filter(({ id }) => ids.includes(id)).map(device => delayOf(device, node))),
  }))
  const [first] = delays.toSorted((one, other) => other.delayMs - one.delayMs)
  return advisory(
    delays.every(({ delayMs }) => delayMs === first?.delayMs)
      ? ['neither node has to wait: if they lose each other, each can fence the other at the same moment']
      : [],
    `${first?.node} is fenced ${(first?.delayMs ?? 0) / 1000} s later`,
    hint,
  )
}

function delayOf({ delays }: ConfiguredDevice, node: string): number {
  return delays.get(node) ?? delays.get('*') ?? 0
}
