import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { quorum } from '../../runner/cluster/corosync/facts.js'
import { untilSettled } from '../../runner/cluster/pacemaker/forecast.js'
import type { Quorum } from '../../runner/cluster/corosync/quorumtool.js'
import type { ClusterTrialScope } from '../../runner/cluster/members.js'
import { missing, stateOf } from '../../runner/cluster/rollout/pacemaker-state.js'
import { until } from '../../runner/tasks/index.js'
import { ConnectError } from '../../runner/errors.js'
import { now, type HttpProbe } from '../../runner/ssh/http-probe.js'
import { CommandError } from '../../runner/ssh/outcome.js'
import { clockScript, parseClock } from './clock.js'
import type { Recovery } from './faults/fault.js'
import type { RoundPlan } from './plan.js'
import { floatingIpNode } from './refusal.js'

/** A monitor interval of a minute, within which a resource's failure may go unnoticed, plus the longest advised stop and start. */
const recoveryTimeoutSeconds = 180

/** For the command that injects the fault: longer than the longest advised stop of a resource. */
const faultTimeout = '120s'

/** If a fault has had no effect by then, it will have none. */
const effectTimeoutMs = 8000

type Ring = Pick<Quorum, 'ringId' | 'nodes'>

/** What shows whether the cluster has recovered from a failure. */
export interface RecoveryView {
  /** According to the other nodes. */
  state: ClusterState | undefined
  before: ClusterState
  /** The ring before the fault and now, as one of the other nodes sees it. */
  rings: [Ring | undefined, Ring | undefined]
  /** The node that has the floating IP. */
  floatingIpNode: string | undefined
  node: string
  elapsedMs: number
  /** A request has failed since the fault. */
  hasFailed: boolean
  /** Requests are answered well now. */
  isWell: boolean
}

/** What the recovery still lacks; undefined once it is complete. */
export function pendingRecovery(
  recovery: Recovery,
  { state, before, rings, floatingIpNode: owner, node, elapsedMs, hasFailed, isWell }: RecoveryView,
): string | undefined {
  if (!state) return 'pacemaker does not answer'
  const drilled = state.nodes.find(({ name }) => name === node)
  // Corosync is the first to know that a node has left or joined.
  const isMember =
    drilled !== undefined &&
    drilled.online &&
    !drilled.standby &&
    !drilled.pending &&
    rings[0]?.nodes === rings[1]?.nodes
  const isNoticed = !isMember || rings[0]?.ringId !== rings[1]?.ringId || hasFailed
  const stopped = missing(state, before, true)
  const pending =
    stopped.length > 0 ? `${stopped.join(', ')} not started` : isWell ? undefined : 'the page does not answer well'
  if (owner !== node && isNoticed && recovery === 'elsewhere') return pending
  if (owner !== undefined && owner !== node && !isMember) return pending
  switch (recovery) {
    case 'elsewhere':
      return isNoticed ? `the floating IP is still on ${node}` : 'not noticed yet'
    // After a daemon has come back at once, Pacemaker reconsiders everything, which takes a moment.
    case 'anywhere':
      return isMember && isNoticed && elapsedMs > effectTimeoutMs ? pending : 'not noticed yet'
    default:
      return elapsedMs > effectTimeoutMs ? pending : 'not noticed yet'
  }
}

/** Injects the fault. @returns when, by this machine's clock. @param offsetMs - of the node's clock. */
export async function injectFault({ fault, target, drilled }: RoundPlan, offsetMs: number): Promise<number> {
  const sentAt = now()
  let begunAt: number | undefined
  const onLine = (line: string) => {
    begunAt ??= parseClock(line) - offsetMs
  }
  try {
    await drilled.$({ timeout: faultTimeout, onLine }).script(`${clockScript}\n${fault.injectScript(target)}`)
  } catch (error) {
    // A reboot may close the connection before the command has answered, or terminate the command.
    const isRebooting =
      error instanceof ConnectError || (error instanceof CommandError && error.result.exitCode === 143)
    if (!fault.reboots || !isRebooting) throw error
  }
  return begunAt ?? sentAt
}

/** Waits until the cluster has recovered. @returns the node that has the floating IP then. @throws TaskError after a time-out. */
export async function untilRecovered(
  { fault, target, others, before, floatingIpIds }: RoundPlan,
  ring: Ring | undefined,
  failedAt: number,
  probe: HttpProbe,
  scope: ClusterTrialScope,
): Promise<string | undefined> {
  const { stop, progress } = scope
  const { owner } = await until(
    'the service to be back',
    recoveryTimeoutSeconds,
    async report => {
      const [state, ringNow] = await Promise.all([stateOf({ members: others }), others[0]!.read(quorum)])
      const seenOn = state && floatingIpNode(floatingIpIds, state)
      const pending = pendingRecovery(fault.recovery(target), {
        state,
        before,
        rings: [ring, ringNow],
        floatingIpNode: seenOn,
        node: target.node,
        elapsedMs: now() - failedAt,
        hasFailed: probe.hasFailedSince(failedAt),
        isWell: probe.isHealthy,
      })
      report(pending ?? '')
      return pending === undefined ? { owner: seenOn } : undefined
    },
    { abandon: stop, progress },
  )
  // A node that returns during a transition may have to wait 20 s for its DC.
  await untilSettled({ ...scope, leader: others[0]!, abandon: stop })
  return owner
}
