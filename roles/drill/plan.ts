import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { resourcesWithAddress } from '../../runner/cluster/cib/identity.js'
import { devicesFor } from '../../runner/cluster/pacemaker/fencing-facts.js'
import { quorum, runningCmap } from '../../runner/cluster/corosync/facts.js'
import type { Quorum } from '../../runner/cluster/corosync/quorumtool.js'
import { readCorosyncState } from '../../runner/cluster/corosync/state.js'
import { readOnAll, type ClusterMember, type ClusterTrialScope } from '../../runner/cluster/members.js'
import { cibOf, drainedIn } from '../../runner/cluster/rollout/temporary-settings.js'
import { stateOf } from '../../runner/cluster/rollout/pacemaker-state.js'
import { findRollingObstacle } from '../../runner/cluster/rollout/rolling-refusal.js'
import { TaskError } from '../../runner/errors.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { budgetsOf, type Budgets } from './budgets.js'
import { faults } from './faults/index.js'
import type { Fault, Target } from './faults/fault.js'
import { arbiterIn, fencingInForce, fencingTimes, firstDevice } from './fencing.js'
import { floatingIpNode, followedAddress, type AddressResources } from './floating-ip.js'
import { drillRefusal } from './refusal.js'
import { faultText, isAboutFencing, splitsBrain, type DrillSettings } from './settings.js'

/** Which node fails in a round, and from what. */
export interface RoundPlan {
  fault: Fault
  target: Target
  /** What fails, as reports name it: the drilled node, or the arbiter. */
  subject: string
  drilled: ClusterMember
  /** The floating IP whose way the round tells. All of them are measured. */
  followed: AddressResources
  members: ClusterMember[]
  /** The members without the drilled one. */
  others: ClusterMember[]
  /** The nodes whose view of the cluster decides. */
  observers: ClusterMember[]
  /** The nodes that may be fenced. */
  mayBeFenced: ClusterMember[]
  /** Ids of the fencing devices. */
  devices: string[]
  /** The healthy cluster, before the fault. */
  before: ClusterState
  /** The ring and its votes before the fault, as each node sees them. */
  rings: Map<string, Quorum | undefined>
  budgets: Budgets
}

/** Nodes that lost their power must come back by themselves. */
const startsAtBoot = {
  test: 'systemctl is-enabled -q corosync.service && systemctl is-enabled -q pacemaker.service',
  missing: 'corosync and pacemaker are not both enabled: they would not start after the boot',
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
  const [before, found, rings] = await Promise.all([stateOf(scope), cibOf(members), readOnAll(members, quorum)])
  const addresses = cluster.floatingIps.map(({ address }) => ({
    address,
    ids: found ? resourcesWithAddress(found.cib, address) : [],
  }))
  const name = settings.node ?? (before && floatingIpNode(addresses[0]!.ids, before))
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
  const others = members.filter(member => member !== drilled)
  const fencing = fencingInForce(before!, found!.cib)
  if (fencing === undefined) requireConsent(settings)
  const fault = faults[settings.fault]
  const target: Target = { cluster, node: name, daemon: settings.daemon, run: scope.run, ...(fencing && { fencing }) }
  if (settings.fault === 'plug' && fencing) {
    const device = firstDevice(
      name,
      fencing,
      await others[0]!.read(devicesFor(name)),
      cluster.nodes.flatMap(({ links }) => links),
    )
    if (typeof device === 'string') throw refusal(`plug is not possible on ${name}: ${device}`)
    target.device = device
  }
  if (settings.fault === 'arbiter') {
    const arbiter = arbiterIn(await drilled.read(runningCmap))
    if (!arbiter) throw refusal('arbiter is not possible: the cluster has no quorum device')
    target.arbiter = arbiter
  }
  const isRace = fault.isRace === true && fencing !== undefined
  const mayBeFenced = fencing === undefined ? [] : isRace && members.length === 2 ? members : [drilled]
  await requireOn(fault.everywhere ? members : [drilled], fault.prerequisite, settings)
  if (splitsBrain(settings) || isAboutFencing(settings) || fault.reboots)
    await requireOn(fault.reboots ? [drilled] : mayBeFenced, startsAtBoot, settings)
  return {
    fault,
    target,
    subject: target.arbiter === undefined ? name : (cluster.quorumDevice?.arbiter.name ?? target.arbiter.host),
    drilled,
    followed: followedAddress(addresses, before, name),
    members,
    others,
    observers: isRace || target.arbiter ? members : others,
    mayBeFenced,
    devices: fencing?.devices.map(({ id }) => id) ?? [],
    before: before!,
    rings: new Map(rings.map(([member, ring]) => [member.name, ring])),
    budgets: budgetsOf(fencing && fencingTimes(fencing)),
  }
}

/** @throws TaskError if the fault needs fencing, or a consent in its place. */
function requireConsent(settings: DrillSettings): void {
  if (isAboutFencing(settings)) {
    throw refusal(
      `${faultText(settings)} is not possible: fencing is off in the running cluster`,
      'declare the devices in the inventory, and run `ha-run site`',
    )
  }
  if (splitsBrain(settings) && !settings.allowSplitBrain) {
    throw refusal(
      `fencing is off in the running cluster, so "${faultText(settings)}" can put the floating IP on two nodes at once`,
      'to accept that, add --allow-split-brain',
    )
  }
}

async function requireOn(
  nodes: ClusterMember[],
  prerequisite: Fault['prerequisite'],
  settings: DrillSettings,
): Promise<void> {
  if (!prerequisite) return
  const codes = await Promise.all(
    nodes.map(async ({ $ }) => (await $({ nothrow: true }).script(prerequisite.test)).exitCode),
  )
  const lacking = nodes.find((_, at) => codes[at] !== 0)
  if (lacking) throw refusal(`${faultText(settings)} is not possible on ${lacking.name}: ${prerequisite.missing}`)
}

export function refusal(message: string, hint?: string): TaskError {
  return new TaskError(`${message}; nothing was done`, { ...(hint !== undefined && { hint }) })
}
