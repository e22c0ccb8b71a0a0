import { fencingIn } from '../../runner/cluster/cib/fencing-devices.js'
import { nodeIdsOf, membersOf } from '../../runner/cluster/corosync/cmap.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { readOnAll, reachable, type ClusterMember, type ClusterTrialScope } from '../../runner/cluster/members.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import { interfacesWith } from '../../runner/cluster/pacemaker/floating-ip.js'
import { forecastLoss, untilSettled } from '../../runner/cluster/pacemaker/forecast.js'
import { effectSentences } from '../../runner/cluster/pacemaker/transition.js'
import { stateOf } from '../../runner/cluster/rollout/pacemaker-state.js'
import { cibOf } from '../../runner/cluster/rollout/temporary-settings.js'
import { neighbourAnswers } from '../../runner/facts/neighbour-answers.js'
import { until } from '../../runner/tasks/index.js'
import { movesSince } from './moves.js'
import { idsOf, refusal } from './plan.js'

/** What shows that a node is not off, or that nobody has to confirm it. */
export interface Traces {
  node: string
  /** It answers over ssh. */
  isReachable: boolean
  /** What each other node sees; none if Pacemaker answers on none. */
  views: { state: ClusterState; hasJoined: boolean }[]
  /** The addresses of the node, or of the cluster without a node that has it, for which a machine answers. */
  answered: string[]
}

/** Why a node must not be confirmed as off; undefined if nothing speaks against it. */
export function confirmationObstacle({ node, isReachable, views, answered }: Traces): string | undefined {
  if (isReachable) return `${node} answers over ssh, so it is not off`
  if (views.length === 0) return `pacemaker answers on no other node than ${node}`
  const seen = views.flatMap(({ state }) => state.nodes.filter(({ name }) => name === node))
  if (views.some(({ hasJoined }) => hasJoined) || seen.some(({ online }) => online))
    return `${node} is a member of the cluster, so it is not off`
  if (answered.length > 0) return `a machine answers for ${answered.join(' and ')}: ${node} may still run`
  if (seen.every(({ unclean }) => !unclean))
    return `the cluster does not wait for ${node}: it is ${seen.length === 0 ? 'no node of it' : 'offline, and was not lost'}`
  return undefined
}

/** Describes what a confirmation does. Reads, never writes. @throws TaskError if the node may not be off. */
export async function planConfirmation(cluster: Cluster, node: string, scope: ClusterTrialScope): Promise<string[]> {
  const others = othersThan(node, scope)
  const [states, cmaps, answered] = await Promise.all([
    readOnAll(others, clusterState),
    readOnAll(others, runningCmap),
    answeredAddresses(cluster, node, others),
  ])
  const views = states.flatMap(([member, state]) => {
    const cmap = cmaps.find(([other]) => other === member)?.[1]
    const nodeId = cmap && nodeIdsOf(cluster.nodes, cmap).get(node)
    const hasJoined =
      cmap !== undefined && membersOf(cmap).some(each => each.nodeId === nodeId && each.status === 'joined')
    return state ? [{ state, hasJoined }] : []
  })
  const isReachable = scope.members.some(member => member.name === node && !member.unreachable)
  const obstacle = confirmationObstacle({ node, isReachable, views, answered })
  if (obstacle !== undefined) throw refusal(obstacle, `\`ha-run fence ${node}\` fences it by its device`)
  const found = await cibOf(others)
  return [
    `${node} does not answer over ssh, is not a member, and no machine answers for its addresses: that does not prove that it is off`,
    `the cluster will believe that ${node} is off, and takes over what ran there`,
    ...(found ? effectSentences(await forecastLoss(found.member, found.cib, node, idsOf(fencingIn(found.cib)))) : []),
    `IF ${node} STILL RUNS, two nodes have ${cluster.floatingIps.map(({ address }) => address).join(' and ')} and both write data. Switch it off first: pull its plug, or hold its power button`,
  ]
}

function othersThan(node: string, { members }: ClusterTrialScope): ClusterMember[] {
  return reachable(members).filter(({ name }) => name !== node)
}

/** The addresses at which a node would still answer if it were not off. */
async function answeredAddresses(
  { nodes, floatingIps }: Cluster,
  node: string,
  others: ClusterMember[],
): Promise<string[]> {
  const [asker] = others
  if (!asker) return []
  const free = await Promise.all(
    floatingIps.map(async ({ address }) => {
      const holders = await readOnAll(others, interfacesWith(address))
      return holders.some(([, interfaces]) => interfaces.length > 0) ? [] : [address]
    }),
  )
  const addresses = [...(nodes.find(({ name }) => name === node)?.links ?? []), ...free.flat()]
  const answers = await Promise.all(
    addresses.map(async address => {
      // An address of a network in which the asking node has none cannot be heard.
      const heard = await asker.read(neighbourAnswers(address)).catch(() => undefined)
      return heard !== undefined && heard.macs.length > 0 ? [address] : []
    }),
  )
  return answers.flat()
}

/** How long the DC takes to hear of it. */
const cleanTimeoutSeconds = 60

/** An attempt may use several devices, each with a time limit of a minute. */
const attemptTimeoutSeconds = 240

/** Confirms that a node is off, and waits until the cluster has taken over. @returns what happened, as sentences. */
export async function confirmOff(cluster: Cluster, node: string, scope: ClusterTrialScope): Promise<string[]> {
  const { stop, progress } = scope
  // A human has taken time to answer: the node may have come back meanwhile.
  for (const member of scope.members) member.changed()
  await planConfirmation(cluster, node, scope)
  const others = othersThan(node, scope)
  const [leader] = others as [ClusterMember]
  const before = await stateOf({ members: others })
  await leader.$({ timeout: '60s' })`stonith_admin --confirm ${node}`
  await until(
    `${node} to count as off`,
    cleanTimeoutSeconds,
    async () => {
      const state = (await stateOf({ members: others }))?.nodes.find(({ name }) => name === node)
      return state !== undefined && !state.unclean ? true : undefined
    },
    { abandon: stop, progress },
  )
  await forgetFailures(node, others, scope)
  await untilSettled({ ...scope, leader, abandon: stop })
  const after = await stateOf({ members: others })
  return [`${node} counts as off`, ...(before && after ? movesSince(before, after) : [])]
}

/** An attempt that was under way fails after the confirmation, and would count as the last fencing of the node. */
async function forgetFailures(
  node: string,
  others: ClusterMember[],
  { stop, progress }: ClusterTrialScope,
): Promise<void> {
  await until(
    `the last attempt to fence ${node} to end`,
    attemptTimeoutSeconds,
    async () => {
      const history = (await stateOf({ members: others }))?.fencingHistory ?? []
      return history.some(({ target, status }) => target === node && status === 'pending') ? undefined : true
    },
    { abandon: stop, progress },
  )
  await others[0]!.$({ nothrow: true, timeout: '30s' })`stonith_admin --cleanup --history ${node}`
}
