import { promotedIn, type PromotedNodes } from '../../runner/cluster/pacemaker/crm-mon.js'
import type { ClusterTrialScope } from '../../runner/cluster/members.js'
import { ConnectError, TaskError } from '../../runner/errors.js'
import { now } from '../../runner/ssh/probe-loop.js'
import { CommandError } from '../../runner/ssh/outcome.js'
import type { AddressMonitors } from './address-monitor.js'
import type { ServiceProbes } from './probes.js'
import type { RoundPlan } from './plan.js'
import { injectFault, untilRecovered } from './recovery.js'
import { armRecovery, readBootIds, reconnectLost, repairNodes } from './repair.js'
import { restoreCluster } from './restore.js'

/** The course of a round; times by this machine's clock. */
export interface Course {
  failedAt: number
  /** The node that has the floating IP after the cluster's recovery. */
  floatingIpNode: string | undefined
  /** Where resources are promoted then. */
  promoted: PromotedNodes
  /** Names of the nodes that were fenced. */
  fenced: string[]
  /** Fencing failed, and no other node took over. */
  isHeld: boolean
  repairedAt: number
  healthyAt: number | undefined
  /** Why the service did not come back. */
  failure: string | undefined
  /** The error because of which the cluster is not healthy again. */
  unrepaired: unknown
  remarks: string[]
}

/** Injects the fault, waits until the cluster has recovered, and repairs the nodes, whatever happens in between. */
export async function failAndRepair(
  round: RoundPlan,
  offsetsMs: Map<string, number>,
  probes: ServiceProbes,
  monitors: AddressMonitors,
  scope: ClusterTrialScope,
): Promise<Course> {
  const { fault, target, subject } = round
  const course: Course = {
    failedAt: now(),
    floatingIpNode: undefined,
    promoted: promotedIn(round.before),
    fenced: [],
    isHeld: false,
    repairedAt: 0,
    healthyAt: undefined,
    failure: undefined,
    unrepaired: undefined,
    remarks: [],
  }
  const bootIds = await readBootIds(round)
  await armRecovery(round)
  let interruption: unknown
  let isInjected = false
  let refusedReboot = false
  try {
    scope.progress(`${subject} ${fault.describe(target)}`)
    course.failedAt = await injectFault(round, offsetsMs)
    isInjected = true
    const recovered = await untilRecovered(round, course.failedAt, probes, scope, fenced => {
      course.fenced = fenced
    })
    Object.assign(course, recovered)
  } catch (error) {
    if (error instanceof TaskError) course.failure = [error.message, error.output].filter(Boolean).join(': ')
    else interruption = error
    refusedReboot = fault.reboots === true && !isInjected && error instanceof CommandError
  }
  course.repairedAt = now()
  try {
    // A node that refused to reboot is still up: there is no boot to wait for.
    if (!refusedReboot) course.fenced = await repairNodes(round, { bootIds, ...course }, scope)
    const hasRebooted = fault.reboots === true && !refusedReboot
    await monitors.start(
      round.members.filter(member => course.fenced.includes(member.name) || (hasRebooted && member === round.drilled)),
    )
    course.remarks = await restored(round, course, scope)
    course.healthyAt = now()
  } catch (error) {
    course.unrepaired = error
  }
  // Only now, after the repair, does an interruption end the run.
  if (interruption !== undefined) throw course.unrepaired ?? interruption
  return course
}

/** Restores the cluster; once more if a node was fenced meanwhile, since an interruption may come before the fencing. */
async function restored(round: RoundPlan, course: Course, scope: ClusterTrialScope): Promise<string[]> {
  try {
    return await restoreCluster(round, scope)
  } catch (error) {
    if (!(error instanceof ConnectError) || round.mayBeFenced.length === 0) throw error
    course.fenced = [...new Set([...course.fenced, ...(await reconnectLost(round, scope))])]
    return restoreCluster(round, scope)
  }
}
