import { describeFencing, newFencingOf } from '../../runner/cluster/pacemaker/fencing-history.js'
import type { ClusterMember, ClusterTrialScope } from '../../runner/cluster/members.js'
import { untilSettled } from '../../runner/cluster/pacemaker/forecast.js'
import { stateOf } from '../../runner/cluster/rollout/pacemaker-state.js'
import { withoutSecrets } from '../../runner/cluster/secret-parameters.js'
import { ConnectError, lastLines, TaskError } from '../../runner/errors.js'
import { reconnect } from '../../runner/ssh/reconnect.js'
import { retryUntilReachable, until } from '../../runner/tasks/index.js'
import { movesSince } from './moves.js'
import type { FencingPlan } from './plan.js'

/** Longer than a device takes: Pacemaker gives up first. */
const fencingTimeoutSeconds = 180

/** For the event to reach the node that is asked. A fencing that was refused leaves no event. */
const historyTimeoutSeconds = { success: 30, failure: 3 }

/** The options of stonith_admin: its `--fence` switches a node off. */
const options = { reboot: '--reboot', off: '--fence' }

/** A server with much memory takes minutes from its power-on to its login. */
const returnTimeoutSeconds = 600

/**
 * Fences a node, and waits until the cluster has taken over and the node is back.
 *
 * @returns what happened, as sentences.
 * @throws TaskError if the node was not fenced, or did not come back.
 */
export async function fenceNode(plan: FencingPlan, scope: ClusterTrialScope): Promise<string[]> {
  const { target } = plan
  // Its session ends with its power.
  return target ? target.expectDisconnect(async () => fence(plan, scope)) : fence(plan, scope)
}

async function fence(plan: FencingPlan, scope: ClusterTrialScope): Promise<string[]> {
  const { node, action, others, target, before } = plan
  const { progress, stop } = scope
  const [leader] = others as [ClusterMember]
  progress(`fencing ${node}`)
  const startedAt = performance.now()
  const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
  const { exitCode, stdout, stderr } = await leader.$({
    nothrow: true,
    timeout: `${fencingTimeoutSeconds + 20}s`,
  })`stonith_admin ${options[action]} ${node} --timeout ${fencingTimeoutSeconds}`
  const fencedAfter = seconds()
  const event = await until(
    `the fencing of ${node} to be known`,
    historyTimeoutSeconds[exitCode === 0 ? 'success' : 'failure'],
    async () => newFencingOf(node, before.fencingHistory, (await stateOf({ members: others }))?.fencingHistory ?? []),
    { abandon: stop, progress },
  ).catch(() => undefined)
  if (exitCode !== 0 || event?.status !== 'success') {
    throw new TaskError(`${node} was not fenced${event ? `: ${describeFencing(event)}` : ''}`, {
      command: `stonith_admin ${options[action]} ${node}`,
      output: lastLines(withoutSecrets(stderr || stdout)),
      hint: 'see `journalctl -u pacemaker` on the other nodes, and ask the device itself; `ha-run verify` shows which devices answer',
    })
  }
  const fenced = `${node} was ${action === 'off' ? 'switched off' : 'rebooted'}${event.by === undefined ? '' : ` by ${event.by}`} within ${fencedAfter}`
  await untilSettled({ ...scope, leader, abandon: stop })
  const after = await stateOf({ members: others })
  const moved = [fenced, ...(after ? movesSince(before, after) : [])]
  if (action === 'off') return moved
  await untilBack(plan, scope)
  if (target) await reconnectTo(target, scope)
  await untilSettled({ ...scope, leader, abandon: stop })
  return [...moved, `${node} is online again after ${seconds()}`]
}

async function untilBack({ node, others }: FencingPlan, { stop, progress }: ClusterTrialScope): Promise<void> {
  await until(
    `${node} to be online again`,
    returnTimeoutSeconds,
    async report => {
      const state = (await stateOf({ members: others }))?.nodes.find(({ name }) => name === node)
      if (state?.online && !state.pending && !state.unclean) return true
      report(state?.pending ? 'it is joining' : 'it is offline')
      return undefined
    },
    {
      hint: `it was fenced, and what ran there runs elsewhere; look at its console, and whether Corosync and Pacemaker are enabled there`,
      abandon: stop,
      progress,
    },
  )
}

/** The run ends with a connection to every node that answers. */
async function reconnectTo(target: ClusterMember, scope: ClusterTrialScope): Promise<void> {
  const connection = await retryUntilReachable(
    `${target.name} to answer over ssh`,
    60,
    { abandon: scope.stop, progress: scope.progress },
    async () => reconnect(target.connection, undefined, 20),
  )
  if (connection instanceof ConnectError)
    throw new ConnectError(`${target.name} is back in the cluster, but does not answer over ssh: ${connection.message}`)
  await target.replaceConnection(connection)
}
