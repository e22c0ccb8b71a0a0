import { fencingIn, type FencingConfiguration } from '../../runner/cluster/cib/fencing-devices.js'
import { nodeIdsOf } from '../../runner/cluster/corosync/cmap.js'
import { quorum, runningCmap } from '../../runner/cluster/corosync/facts.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { readOnAll, reachable, type ClusterMember, type ClusterTrialScope } from '../../runner/cluster/members.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { devicesFor } from '../../runner/cluster/pacemaker/fencing-facts.js'
import { forecastLoss } from '../../runner/cluster/pacemaker/forecast.js'
import { effectSentences } from '../../runner/cluster/pacemaker/transition.js'
import { stateOf } from '../../runner/cluster/rollout/pacemaker-state.js'
import { cibOf } from '../../runner/cluster/rollout/temporary-settings.js'
import { TaskError } from '../../runner/errors.js'
import { quorumLossWithout } from './quorum-loss.js'
import type { FenceSettings } from './settings.js'

export interface FencingPlan {
  node: string
  action: 'reboot' | 'off'
  /** The members without that node, of which the first asks for the fencing. */
  others: ClusterMember[]
  /** The node itself, if it answers now. */
  target: ClusterMember | undefined
  before: ClusterState
  sentences: string[]
}

/** Works out what fencing a node does. Reads, never writes. @throws TaskError if it must not be done. */
export async function planFencing(
  cluster: Cluster,
  { node, off = false }: FenceSettings,
  scope: ClusterTrialScope,
): Promise<FencingPlan> {
  const { members, consent } = scope
  const others = reachable(members).filter(({ name }) => name !== node)
  const before = await stateOf({ members: others })
  const found = await cibOf(others)
  if (!before || !found) throw refusal(`pacemaker answers on no other node than ${node}`)
  if (!before.stonithEnabled)
    throw refusal('fencing is disabled', 'declare `fencing:` and run `ha-run site`; see docs/fencing.md')
  const configuration = fencingIn(found.cib)
  const lists = await readOnAll(others, devicesFor(node))
  const how = deviceSentence(node, off ? 'off' : configuration.action, lists, configuration)
  if (how === undefined)
    throw refusal(`no other node has a device that fences ${node}`, '`ha-run verify` shows the devices')
  const [cmap, votes] = await Promise.all([found.member.read(runningCmap), found.member.read(quorum)])
  const loss = votes && quorumLossWithout(votes, cmap && nodeIdsOf(cluster.nodes, cmap).get(node))
  if (loss !== undefined && !consent.outage)
    throw refusal(`${loss}: nothing would run any more`, 'to accept that, add --allow-outage')
  const action = off ? 'off' : configuration.action
  return {
    node,
    action,
    others: [found.member, ...others.filter(member => member !== found.member)],
    target: reachable(members).find(({ name }) => name === node),
    before,
    sentences: [
      how,
      ...(loss === undefined
        ? effectSentences(await forecastLoss(found.member, found.cib, node, idsOf(configuration)))
        : [`${loss}: all resources stop`]),
      action === 'off'
        ? `${node} stays off: its device, its power button or \`ha-run fence ${node}\` switches it on again`
        : `the run waits until ${node} is back`,
    ],
  }
}

/**
 * `node2 is rebooted by plug2, from node1`. With levels, those whose devices can all be used.
 *
 * @param lists - the ids of the devices that can fence the node, by the node that can use them.
 */
export function deviceSentence(
  node: string,
  action: 'reboot' | 'off',
  lists: [{ name: string }, string[]][],
  { levels }: Pick<FencingConfiguration, 'levels'>,
): string | undefined {
  const listed = [...new Set(lists.flatMap(([, ids]) => ids))]
  const from = (id: string) => lists.flatMap(([{ name }, ids]) => (ids.includes(id) ? [name] : [])).join(' or ')
  const choices = (levels.get(node) ?? listed.map(id => [id])).filter(devices =>
    devices.every(id => listed.includes(id)),
  )
  if (choices.length === 0) return undefined
  const text = choices.map(devices => devices.map(id => `${id} from ${from(id)}`).join(' and '))
  return `${node} is ${action === 'off' ? 'switched off' : 'rebooted'} by ${text.join(levels.has(node) ? ', else by ' : ', or by ')}`
}

export function idsOf({ devices }: Pick<FencingConfiguration, 'devices'>): string[] {
  return devices.map(({ id }) => id)
}

export function refusal(message: string, hint?: string): TaskError {
  return new TaskError(`${message}; nothing was done`, { ...(hint !== undefined && { hint }) })
}
