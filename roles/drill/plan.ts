import { servesPage, type Cluster } from '../../runner/cluster/declaration/declaration.js'
import { resourcesWithAddress } from '../../runner/cluster/cib/identity.js'
import { withStandby } from '../../runner/cluster/pacemaker/drain.js'
import { crmSimulate } from '../../runner/cluster/pacemaker/forecast.js'
import { readCorosyncState } from '../../runner/cluster/corosync/state.js'
import type { ClusterMember, ClusterTrialScope } from '../../runner/cluster/members.js'
import { cibOf, drainedIn } from '../../runner/cluster/rollout/temporary-settings.js'
import { stateOf } from '../../runner/cluster/rollout/pacemaker-state.js'
import { findRollingObstacle } from '../../runner/cluster/rollout/rolling-refusal.js'
import { effectSentences } from '../../runner/cluster/pacemaker/transition.js'
import { TaskError } from '../../runner/errors.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { autoRecoverySeconds } from './auto-recovery.js'
import { faults } from './faults/index.js'
import type { Fault, Target } from './faults/fault.js'
import { routeToPage } from './page-probe.js'
import { drillRefusal, floatingIpNode } from './refusal.js'
import { faultText, splitsBrain, type DrillSettings } from './settings.js'

/** Which node fails in a round, and from what. */
export interface RoundPlan {
  fault: Fault
  target: Target
  drilled: ClusterMember
  /** Ids of the resources that bring up the floating IP. */
  floatingIpIds: string[]
  /** The other members. */
  others: ClusterMember[]
  /** The healthy cluster, before the fault. */
  before: ClusterState
}

/**
 * Chooses the node of the next round. Reads, never writes.
 *
 * @throws TaskError if that node must not be drilled now.
 */
export async function planRound(
  cluster: Cluster,
  settings: DrillSettings,
  scope: ClusterTrialScope,
): Promise<RoundPlan> {
  const { members, selected } = scope
  const { daemon } = settings
  const [before, found] = await Promise.all([stateOf(scope), cibOf(members)])
  const floatingIpIds = found ? resourcesWithAddress(found.cib, cluster.floatingIp.address) : []
  const name = settings.node ?? (before && floatingIpNode(floatingIpIds, before))
  if (name === undefined) throw refusal('no node has the floating IP', 'choose a node with --node')
  const unhealthy = drillRefusal(name, before, await drainedIn(members))
  if (unhealthy !== undefined)
    throw refusal(`${name} is not drilled: ${unhealthy}`, 'a drill requires a healthy cluster')
  const drilled = selected.find(member => member.name === name)
  if (!drilled) throw refusal(`${name} is not selected`, 'choose another node with --node, or run without --limit')
  const states = await readCorosyncState(members)
  const loss = await findRollingObstacle(states.find(({ member }) => member === drilled)?.conf ?? '', states, scope, [
    name,
  ])
  if (loss !== undefined) throw refusal(`${name} is not drilled: ${loss}`, 'the other nodes could not take over')
  const fault = faults[settings.fault]
  const { prerequisite } = fault
  if (prerequisite && (await drilled.$({ nothrow: true }).script(prerequisite.test)).exitCode !== 0) {
    throw refusal(`${faultText(settings)} is not possible on ${name}: ${prerequisite.missing}`)
  }
  return {
    fault,
    target: { cluster, node: name, daemon },
    drilled,
    floatingIpIds,
    others: members.filter(member => member !== drilled),
    before: before!,
  }
}

/** Describes what the drill will do, as sentences. @throws TaskError if it must not be done. */
export async function describeDrill(
  cluster: Cluster,
  settings: DrillSettings,
  scope: ClusterTrialScope,
): Promise<string[]> {
  if (!servesPage(cluster)) throw refusal('there is no page to measure: the cluster declares no Apache')
  const round = await planRound(cluster, settings, scope)
  const {
    fault,
    target,
    drilled: { name },
    others,
  } = round
  const { rounds, node } = settings
  const { through } = await routeToPage(cluster, others)
  const address = cluster.floatingIp.address
  return [
    `${name} ${fault.describe(target)}`,
    ...(rounds === 1
      ? []
      : [
          `${rounds} rounds, ${node === undefined ? `each on the node that has ${address} at its start` : `all on ${name}`}`,
        ]),
    ...(fault.recovery(target) === 'elsewhere' ? effectSentences(await simulated(round, scope)) : []),
    ...(splitsBrain(settings)
      ? [`both ${name} and another node may have ${address} until ${name} is repaired: fencing is disabled`]
      : []),
    `the page is requested 25 times a second, ${through === undefined ? 'from this machine' : `through ${through.name}`}`,
    fault.reboots
      ? `the run waits until ${name} is back`
      : `${name} is repaired afterwards; if this run or its connection dies, ${name} repairs itself, after ${autoRecoverySeconds} s at the latest`,
  ]
}

async function simulated({ drilled: { name } }: RoundPlan, { members }: ClusterTrialScope) {
  const found = await cibOf(members)
  return found ? crmSimulate(found.member, withStandby(found.cib, name)) : []
}

function refusal(message: string, hint?: string): TaskError {
  return new TaskError(`${message}; nothing was done`, { ...(hint !== undefined && { hint }) })
}
