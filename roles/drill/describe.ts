import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import type { ClusterTrialScope } from '../../runner/cluster/members.js'
import { withStandby } from '../../runner/cluster/pacemaker/drain.js'
import { crmSimulate, forecastLoss } from '../../runner/cluster/pacemaker/forecast.js'
import { effectSentences, type Effect } from '../../runner/cluster/pacemaker/transition.js'
import { cibOf } from '../../runner/cluster/rollout/temporary-settings.js'
import { describeRoutes, measuredIn, routesTo } from './probe-routes.js'
import { planRound, refusal, type RoundPlan } from './plan.js'
import { splitsBrain, type DrillSettings } from './settings.js'

/** Describes what the drill will do, as sentences. @throws TaskError if it must not be done. */
export async function describeDrill(
  cluster: Cluster,
  settings: DrillSettings,
  scope: ClusterTrialScope,
): Promise<string[]> {
  const measured = measuredIn(cluster)
  if (measured.length === 0)
    throw refusal(
      cluster.probes
        ? 'there is nothing to measure: the inventory declares no probe'
        : 'there is no page to measure: the cluster declares no Apache',
      'declare what to ask in its place as `probes` of the cluster',
    )
  const round = await planRound(cluster, settings, scope)
  const {
    fault,
    target,
    subject,
    drilled: { name },
    others,
    mayBeFenced,
    budgets,
  } = round
  const { rounds, node } = settings
  const routes = await Promise.all(
    measured.map(async one => describeRoutes(one, await routesTo(one, cluster, others, mayBeFenced))),
  )
  const address = cluster.floatingIps[0].address
  return [
    `${subject} ${fault.describe(target)}`,
    ...(rounds === 1
      ? []
      : [
          `${rounds} rounds, ${node === undefined ? `each on the node that has ${address} at its start` : `all on ${name}`}`,
        ]),
    ...effectSentences(await forecast(round, scope)),
    ...fencingSentences(round, settings),
    ...routes,
    ...(fault.reboots || fault.fromAnother
      ? [`the run waits until ${name} is back`]
      : [
          `${fault.everywhere ? 'all nodes are' : `${name} is`} repaired afterwards; if this run or its connection dies, ${fault.everywhere ? 'each repairs' : `${name} repairs`} itself, after ${budgets.autoRecovery} s at the latest`,
        ]),
  ]
}

/** What fencing, or the lack of it, means for the drill. */
function fencingSentences(
  { fault, target, followed, others, mayBeFenced }: RoundPlan,
  settings: DrillSettings,
): string[] {
  const { node, fencing, device } = target
  const { address } = followed
  if (!fencing) {
    return splitsBrain(settings)
      ? [`both ${node} and another node may have ${address} until ${node} is repaired: fencing is disabled`]
      : []
  }
  const comesBack = fencing.action === 'off' ? 'the run switches it on again' : 'the run waits until it is back'
  if (device)
    return [
      `if no other device fences ${node}, no node may take over ${address}: that is the result, and ${device.id} is released then`,
    ]
  if (!splitsBrain(settings)) return []
  if (mayBeFenced.length > 1)
    return [
      `${node} or ${others.map(({ name }) => name).join(', ')} is fenced, whichever is slower or has to wait; ${comesBack}`,
    ]
  return [`${node} is fenced${fault.recovery(target) === 'anywhere' ? ' if it is not back in time' : ''}; ${comesBack}`]
}

/** What Pacemaker would do with the resources, if a forecast is possible. */
async function forecast(
  { fault, target, drilled: { name }, mayBeFenced, devices }: RoundPlan,
  { members }: ClusterTrialScope,
): Promise<Effect[]> {
  const found = await cibOf(members)
  if (!found) return []
  switch (fault.recovery(target)) {
    case 'elsewhere': {
      const effects = await crmSimulate(found.member, withStandby(found.cib, name))
      return effects.filter(({ resource }) => !devices.includes(resource))
    }
    case 'fenced':
      return mayBeFenced.length === 1 ? forecastLoss(found.member, found.cib, name, devices) : []
    default:
      return []
  }
}
