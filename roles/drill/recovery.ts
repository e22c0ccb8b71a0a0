import { promotedIn, type PromotedNodes } from '../../runner/cluster/pacemaker/crm-mon.js'
import { untilSettled } from '../../runner/cluster/pacemaker/forecast.js'
import type { ClusterMember, ClusterTrialScope } from '../../runner/cluster/members.js'
import { until } from '../../runner/tasks/index.js'
import { ConnectError, TaskError } from '../../runner/errors.js'
import { now } from '../../runner/ssh/probe-loop.js'
import { CommandError } from '../../runner/ssh/outcome.js'
import { clockScript, parseClock } from './clock.js'
import { FencingWatch } from './fencing-watch.js'
import { decidingView, Observer, type View } from './observer.js'
import type { ServiceProbes } from './probes.js'
import type { RoundPlan } from './plan.js'
import { pendingRecovery } from './recovered.js'
import { floatingIpNode } from './floating-ip.js'

/** Injects the fault. @returns when, by this machine's clock. @param offsetsMs - of the nodes' clocks. */
export async function injectFault(
  { fault, target, drilled, others, budgets, members }: RoundPlan,
  offsetsMs: Map<string, number>,
): Promise<number> {
  const { everywhere } = fault
  const injector = fault.fromAnother ? others[0]! : drilled
  if (everywhere) {
    await Promise.all(
      members.map(async ({ $ }) => $({ timeout: `${budgets.everywhere}s` }).script(everywhere.injectScript(target))),
    )
  }
  const sentAt = now()
  let begunAt: number | undefined
  const onLine = (line: string) => {
    begunAt ??= parseClock(line) - offsetsMs.get(injector.name)!
  }
  try {
    await injector
      .$({ timeout: `${budgets.injection}s`, onLine })
      .script(`${clockScript}\n${fault.injectScript(target)}`)
  } catch (error) {
    // A reboot may close the connection before the command has answered, or terminate the command.
    const isRebooting =
      error instanceof ConnectError || (error instanceof CommandError && error.result.exitCode === 143)
    if (!fault.reboots || !isRebooting) throw error
  }
  return begunAt ?? sentAt
}

/** The cluster after its recovery. */
export interface Recovered {
  /** The node that has the floating IP. */
  floatingIpNode: string | undefined
  promoted: PromotedNodes
  /** The nodes that were fenced. */
  fenced: string[]
  /** Fencing failed, and no other node has taken over. */
  isHeld: boolean
}

/**
 * Waits until the cluster has recovered.
 *
 * @param onFenced - is called with the nodes that have been fenced as soon as that is known, also if the recovery fails later.
 * @throws TaskError after a time-out.
 */
export async function untilRecovered(
  round: RoundPlan,
  failedAt: number,
  probes: ServiceProbes,
  scope: ClusterTrialScope,
  onFenced: (fenced: string[]) => void,
): Promise<Recovered> {
  const { fault, target, observers, before, rings, followed, budgets } = round
  const { stop, progress } = scope
  const recovery = fault.recovery(target)
  const watch = new FencingWatch(before.fencingHistory)
  const observer = new Observer(observers)
  let result: Recovered
  try {
    result = await until(
      'the service to be back',
      budgets.recovery,
      async report => {
        const fencing = watch.seen(observer.views)
        onFenced(fencing.fenced)
        const views = observer.views.filter(({ node }) => !fencing.fenced.includes(node))
        const view = decidingView(views)
        const seenOn = view?.state && floatingIpNode(followed.ids, view.state)
        const pending = pendingRecovery(recovery, {
          state: view?.state,
          before,
          rings: [view && rings.get(view.node), view?.ring],
          floatingIpNode: seenOn,
          node: target.node,
          elapsedMs: now() - failedAt,
          hasFailed: probes.hasFailedSince(failedAt, fencing.fenced),
          unwell: probes.unwell(fencing.fenced),
          fencing,
          votesUnchanged: votesUnchanged(round, views),
        })
        report(pending ?? '')
        return pending === undefined
          ? {
              floatingIpNode: seenOn,
              promoted: promotedIn(view?.state ?? before),
              fenced: fencing.fenced,
              isHeld: fencing.failedForMs !== undefined,
            }
          : undefined
      },
      { abandon: stop, progress },
    )
  } finally {
    observer.stop()
  }
  const isHeld = result.isHeld && result.fenced.length === 0
  // A node that returns during a transition may have to wait 20 s for its DC. A failed fencing is tried again without an end.
  if (!isHeld && recovery !== 'vote-lost')
    await untilSettled({ ...scope, leader: survivor(round, result.fenced), abandon: stop })
  return { ...result, isHeld }
}

/** A node that has not been fenced, if possible another one than the drilled node. */
export function survivor({ others, drilled }: RoundPlan, fenced: string[]): ClusterMember {
  const found = [...others, drilled].find(({ name }) => !fenced.includes(name))
  if (!found) throw new TaskError('all nodes have been fenced')
  return found
}

/** The nodes that have the same number of votes as before, or no quorum. */
function votesUnchanged({ rings }: RoundPlan, views: View[]): string[] {
  return views
    .filter(({ node, ring }) => !ring?.quorate || ring.votes?.total === rings.get(node)?.votes?.total)
    .map(({ node }) => node)
}
