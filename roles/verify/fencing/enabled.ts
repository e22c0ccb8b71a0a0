import { fencingIn } from '../../../runner/cluster/cib/fencing-devices.js'
import type { Cluster, Node } from '../../../runner/cluster/declaration/declaration.js'
import { reachable, type ClusterMember, type Scope } from '../../../runner/cluster/members.js'
import { cibText, clusterState } from '../../../runner/cluster/pacemaker/facts.js'
import { deviceAnswers, type DeviceAnswer } from '../../../runner/cluster/fencing/device-answers.js'
import { devicesFor } from '../../../runner/cluster/pacemaker/fencing-facts.js'
import type { Verdict } from '../../../runner/tasks/index.js'
import { advisory, pacemakerNotAnswering, verdict } from '../verdict.js'
import { coverageOf, unprovenIn, type Coverage, type FencingView } from './coverage.js'

const hint =
  '`crm_mon -1` shows where the devices run, `stonith_admin --list NODE` which of them fence a node, and `journalctl -u pacemaker` why one does not answer'

/** A warning without fencing; with it, whether every node can be fenced from another one by a device that answers. */
export function fencingEnabled(cluster: Cluster) {
  const { fencing, nodes } = cluster
  // What has answered is not asked again: each question is a login at the device.
  const asked = new Map<string, DeviceAnswer>()
  return async ({ leader, members }: Scope): Promise<Verdict> => {
    if (fencing === 'disabled') return withoutFencing('fencing: disabled', cluster)
    const [state, cib, lists] = await Promise.all([
      leader.read(clusterState),
      leader.read(cibText),
      Promise.all(reachable(members).map(async member => capabilities(member, nodes))),
    ])
    if (!state || cib === undefined) return verdict([`${leader.name}: ${pacemakerNotAnswering}`], '', hint)
    if (!state.stonithEnabled) {
      return fencing === 'kept'
        ? withoutFencing('fencing: kept, and stonith-enabled is false', cluster)
        : verdict(['stonith-enabled is false'], '', '`ha-run fencing` enables fencing')
    }
    const { devices, levels } = fencingIn(cib)
    const view: FencingView = {
      nodes: nodes.map(({ name }) => name),
      devices,
      levels,
      state,
      capable: new Map(lists),
      asked,
    }
    await Promise.all(
      unprovenIn(view).map(async ({ node, device }) => {
        if (asked.get(`${node} ${device.id}`) === 'answers') return
        const member = members.find(({ name }) => name === node)
        if (member) asked.set(`${node} ${device.id}`, await member.read(deviceAnswers(device)))
      }),
    )
    return { ...coverageVerdict(coverageOf(view)), fleeting: true }
  }
}

async function capabilities(member: ClusterMember, nodes: Node[]): Promise<[string, Map<string, string[]>]> {
  const lists = nodes.map(async ({ name }) => [name, await member.read(devicesFor(name))] as const)
  return [member.name, new Map(await Promise.all(lists))]
}

/** Failed if a node cannot be fenced; a warning if a device does not answer without which the node can be fenced, or cannot be asked. */
export function coverageVerdict(nodes: Coverage[]): Verdict {
  const uncovered = nodes.filter(({ isCovered }) => !isCovered)
  const evidence = nodes
    .map(
      ({ target, answering }) =>
        `${target} by ${answering.map(({ device, from }) => `${device} from ${from.join(', ')}`).join(' or ')}`,
    )
    .join('; ')
  if (uncovered.length === 0)
    return advisory([...new Set(nodes.flatMap(({ silent, unproven }) => [...silent, ...unproven]))], evidence, hint)
  return verdict(
    uncovered.map(({ target, silent }) =>
      silent.length === 0
        ? `no other node has a device that fences ${target}`
        : `${target} cannot be fenced: ${silent.join(', ')}`,
    ),
    evidence,
    hint,
  )
}

/** With the consequence: with an arbiter, the quorum of two nodes is that of more than two. */
function withoutFencing(evidence: string, { nodes, quorumDevice }: Cluster): Verdict {
  return {
    status: 'warning',
    evidence,
    hint:
      nodes.length === 2 && quorumDevice === undefined
        ? 'if the two nodes are disconnected from each other, both stay quorate and both take the floating IP: visitors reach either by chance, and the data that each writes diverges; ' +
          'only fencing prevents this. A second link that shares nothing with the first makes it less likely'
        : 'a node that hangs may keep the floating IP while another takes it; only fencing prevents this',
  }
}
