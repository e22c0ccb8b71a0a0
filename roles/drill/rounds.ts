import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { quorum } from '../../runner/cluster/corosync/facts.js'
import { reachable, type ClusterMember, type ClusterTrialScope } from '../../runner/cluster/members.js'
import { stateOf } from '../../runner/cluster/rollout/pacemaker-state.js'
import { InterruptedError, TaskError } from '../../runner/errors.js'
import { now, type HttpProbe } from '../../runner/ssh/http-probe.js'
import { CommandError } from '../../runner/ssh/outcome.js'
import { AddressMonitor } from './address-monitor.js'
import { armRecoveryScript } from './auto-recovery.js'
import { measureClockOffset } from './clock.js'
import { journalScript, parseJournal, type JournalEvent } from './journal.js'
import { startPageProbe } from './page-probe.js'
import { planRound, type RoundPlan } from './plan.js'
import { injectFault, untilRecovered } from './recovery.js'
import { floatingIpNode } from './refusal.js'
import { markBootScript, repairNode, restoreCluster, unmarkBootScript } from './restore.js'
import { summarizeRound } from './result.js'
import { faultText, type DrillSettings } from './settings.js'

/** Runs all rounds; each begins and ends with a healthy cluster. @throws TaskError if one of them has failed. */
export async function runRounds(
  cluster: Cluster,
  settings: DrillSettings,
  scope: ClusterTrialScope,
): Promise<string[]> {
  const failures: string[] = []
  const remarks: string[] = []
  for (let round = 1; round <= settings.rounds; round += 1) {
    const prefix = settings.rounds === 1 ? '' : `round ${round} of ${settings.rounds}: `
    if (scope.stop.aborted) throw new InterruptedError(`interrupted after ${round - 1} of ${settings.rounds} rounds`)
    const result = await runRound(cluster, settings, round, {
      ...scope,
      progress: text => scope.progress(text && prefix + text),
    })
    if (result.reason !== undefined) failures.push(prefix + result.reason)
    remarks.push(...result.remarks)
  }
  if (failures.length > 0) throw new TaskError(failures.join('; '))
  return remarks
}

async function runRound(
  cluster: Cluster,
  settings: DrillSettings,
  number: number,
  scope: ClusterTrialScope,
): Promise<{ reason: string | undefined; remarks: string[] }> {
  const { members, report } = scope
  const round = await planRound(cluster, settings, scope)
  const { fault, target, others } = round
  const probe = await startPageProbe(cluster, others, scope)
  const monitors = members.map(member => ({ member, monitor: new AddressMonitor(member, cluster.floatingIp.address) }))
  try {
    const offsetsMs = new Map(
      await Promise.all(members.map(async member => [member.name, await measureClockOffset(member)] as const)),
    )
    const isMonitored = await Promise.all(monitors.map(async ({ monitor }) => monitor.start(cluster.name)))
    const unmonitored = members
      .filter((_, at) => !isMonitored[at])
      .map(({ name }) => `${name} allows no second session: when it had the address is not known`)
    const course = await round.drilled.expectDisconnect(async () =>
      failAndRepair(round, offsetsMs.get(target.node)!, probe, scope),
    )
    const end = await stateOf(scope)
    const requests = probe.stop()
    const { failedAt } = course
    const { event, signal } = summarizeRound({
      cluster: cluster.name,
      round: number,
      rounds: settings.rounds,
      fault: faultText(settings),
      node: target.node,
      description: fault.describe(target),
      answers: requests.map(({ at, ms, server, error }) => ({
        at: at - failedAt,
        ms,
        node: server === '' ? undefined : server,
        error,
      })),
      journal: await readJournals(reachable(fault.takesPart(target) ? members : others), failedAt, offsetsMs),
      addressPeriods: await Promise.all(
        monitors.map(async ({ member, monitor }) => monitor.stop(offsetsMs.get(member.name)!)),
      ),
      floatingIpNode: {
        before: floatingIpNode(round.floatingIpIds, round.before),
        recovered: course.floatingIpNode,
        end: end && floatingIpNode(round.floatingIpIds, end),
      },
      repairedAt: course.repairedAt - failedAt,
      healthyAt: course.healthyAt && course.healthyAt - failedAt,
      maxOutage: settings.maxOutage,
      failure: course.failure ?? probe.broken,
    })
    report(signal)
    report(event)
    if (course.unrepaired) throw course.unrepaired
    return { reason: event.reason, remarks: [...unmonitored, ...course.remarks] }
  } finally {
    probe.stop()
    await Promise.allSettled(monitors.map(async ({ monitor }) => monitor.stop(0)))
  }
}

/** Reads the nodes' journals since the fault. @returns events with times since the fault, by this machine's clock. */
async function readJournals(
  members: ClusterMember[],
  failedAt: number,
  offsetsMs: Map<string, number>,
): Promise<(JournalEvent & { by: string })[]> {
  const journals = await Promise.all(
    members.map(async ({ name, $ }) => {
      const offsetMs = offsetsMs.get(name)!
      const { stdout } = await $.script(journalScript((failedAt + offsetMs) / 1000))
      return parseJournal(stdout).map(event => ({ ...event, at: event.at - offsetMs - failedAt, by: name }))
    }),
  )
  return journals.flat()
}

/** The course of a round; times by this machine's clock. */
interface Course {
  failedAt: number
  /** The node that has the floating IP after the cluster's recovery. */
  floatingIpNode: string | undefined
  repairedAt: number
  healthyAt: number | undefined
  /** Why the service did not come back. */
  failure: string | undefined
  /** The error because of which the cluster is not healthy again. */
  unrepaired: unknown
  remarks: string[]
}

/** Injects the fault, waits until the cluster has recovered, and repairs the node, whatever happens in between. */
async function failAndRepair(
  round: RoundPlan,
  offsetMs: number,
  probe: HttpProbe,
  scope: ClusterTrialScope,
): Promise<Course> {
  const { fault, target, drilled, others, before } = round
  const ring = await others[0]!.read(quorum)
  const course: Course = {
    failedAt: now(),
    floatingIpNode: undefined,
    repairedAt: 0,
    healthyAt: undefined,
    failure: undefined,
    unrepaired: undefined,
    remarks: [],
  }
  await drilled.$.script(
    fault.reboots ? markBootScript : armRecoveryScript(target.cluster.name, fault.undoScript(target)),
  )
  let interruption: unknown
  let isInjected = false
  let refusedReboot = false
  try {
    scope.progress(`${drilled.name} ${fault.describe(target)}`)
    course.failedAt = await injectFault(round, offsetMs)
    isInjected = true
    course.floatingIpNode = await untilRecovered(round, ring, course.failedAt, probe, scope)
  } catch (error) {
    if (error instanceof TaskError) course.failure = [error.message, error.output].filter(Boolean).join(': ')
    else interruption = error
    refusedReboot = fault.reboots === true && !isInjected && error instanceof CommandError
  }
  course.repairedAt = now()
  try {
    // A node that refused to reboot is still up: there is no boot to wait for.
    if (refusedReboot) await drilled.$.script(unmarkBootScript)
    else await repairNode(round, scope)
    course.remarks = await restoreCluster(before, scope)
    course.healthyAt = now()
  } catch (error) {
    course.unrepaired = error
  }
  // Only now, after the repair, does an interruption end the run.
  if (interruption !== undefined) throw course.unrepaired ?? interruption
  return course
}
