import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { quorum } from '../../runner/cluster/corosync/facts.js'
import { settled } from '../../runner/cluster/pacemaker/forecast.js'
import type { Quorum } from '../../runner/cluster/corosync/quorumtool.js'
import type { TrialScope } from '../../runner/cluster/members.js'
import { missing, stateOf } from '../../runner/cluster/rollout/pacemaker-state.js'
import { until } from '../../runner/tasks/until.js'
import { ConnectError } from '../../runner/errors.js'
import { now, type HttpProbe } from '../../runner/ssh/http-probe.js'
import { CommandError } from '../../runner/ssh/remote.js'
import { clockOf, clockScript } from './clock.js'
import { holderOf } from './obstacle.js'
import type { Subject } from './plan.js'
import type { End } from './faults/way.js'

/** Seconds: a monitor of a minute, until which a resource's failure may go unnoticed, and the longest advised stop and start. */
const takeoverTime = 180

/** Seconds that a fault's own command may take: the longest advised stop of a resource, and more. */
const faultTime = 120

/** Milliseconds: what has come to nothing by then will not. */
const quietTime = 8000

type Ring = Pick<Quorum, 'ringId' | 'nodes'>

/** What tells whether the cluster has got over a failure. */
export interface View {
  /** By the others. */
  state: ClusterState | undefined
  before: ClusterState
  /** The ring then and now, as one of the others sees it. */
  rings: [Ring | undefined, Ring | undefined]
  /** The holder of the floating IP. */
  holder: string | undefined
  node: string
  /** Milliseconds since the fault. */
  elapsed: number
  /** Visitors have been turned away since the fault, and are well served by now. */
  hasFailed: boolean
  isWell: boolean
}

/** What is still to come before the failure is over; undefined where nothing is. */
export function outstanding(end: End, { state, before, rings, holder, node, elapsed, hasFailed, isWell }: View): string | undefined {
  if (!state) return 'pacemaker does not answer'
  const drilled = state.nodes.find(({ name }) => name === node)
  // Corosync knows first that a node is out or in again.
  const isIn = drilled !== undefined && drilled.online && !drilled.standby && !drilled.pending && rings[0]?.nodes === rings[1]?.nodes
  const isNoticed = !isIn || rings[0]?.ringId !== rings[1]?.ringId || hasFailed
  const idle = missing(state, before, true)
  const lacks = idle.length > 0 ? `${idle.join(', ')} not started` : isWell ? undefined : 'the page does not answer well'
  if (holder !== node && isNoticed && end === 'elsewhere') return lacks
  if (holder !== undefined && holder !== node && !isIn) return lacks
  switch (end) {
    case 'elsewhere': return isNoticed ? `the floating IP is still on ${node}` : 'not noticed yet'
    // A daemon that comes back at once has the cluster look at everything anew: that takes a moment, too.
    case 'anywhere': return isIn && isNoticed && elapsed > quietTime ? lacks : 'not noticed yet'
    default: return elapsed > quietTime ? lacks : 'not noticed yet'
  }
}

/** Makes the node fail. @returns when that was, by this machine's clock. @param offset - of the node's clock. */
export async function fail({ way, target, drilled }: Subject, offset: number): Promise<number> {
  const asked = now()
  let began: number | undefined
  const told = (line: string) => { began ??= clockOf(line) - offset }
  try {
    await drilled.$({ timeout: faultTime, onLine: told }).script(`${clockScript}\n${way.fault(target)}`)
  } catch (error) {
    // A reboot may be quicker than its command's answer, or end the command.
    const isGoing = error instanceof ConnectError || (error instanceof CommandError && error.result.exitCode === 143)
    if (!way.boots || !isGoing) throw error
  }
  return began ?? asked
}

/** Waits until the cluster has got over it. @throws TaskError where it does not in time. @returns where the floating IP is then. */
export async function takenOver(
  { way, target, others, before, bearers }: Subject, ring: Ring | undefined, failedAt: number, probe: HttpProbe, scope: TrialScope,
): Promise<string | undefined> {
  const { stop, progress } = scope
  const { holder } = await until('the service to be back', takeoverTime, async say => {
    const [state, ringNow] = await Promise.all([stateOf({ members: others }), others[0]!.read(quorum)])
    const isAt = state && holderOf(bearers, state)
    const left = outstanding(way.end(target), {
      state, before, rings: [ring, ringNow], holder: isAt, node: target.node,
      elapsed: now() - failedAt, hasFailed: probe.hasFailedSince(failedAt), isWell: probe.isWell,
    })
    say(left ?? '')
    return left === undefined ? { holder: isAt } : undefined
  }, { abandon: stop, progress })
  // A node that comes back amid a transition may have to wait for its DC (20 s).
  await settled({ ...scope, leader: others[0]!, abandon: stop })
  return holder
}
