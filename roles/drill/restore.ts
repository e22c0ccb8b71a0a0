import { recordLoadedKey } from '../../runner/cluster/rollout/authkey.js'
import type { ClusterState, Failure } from '../../runner/cluster/pacemaker/crm-mon.js'
import { untilSettled } from '../../runner/cluster/pacemaker/forecast.js'
import { loadedKeyEntry, readCorosyncState } from '../../runner/cluster/corosync/state.js'
import type { ClusterTrialScope } from '../../runner/cluster/members.js'
import { rewriteLost } from '../../runner/cluster/rollout/node-attributes.js'
import { readmitDrained } from '../../runner/cluster/rollout/temporary-settings.js'
import { stateOf, untilNoneLeft, untilOnline, untilRunningAgain } from '../../runner/cluster/rollout/pacemaker-state.js'
import { retryUntilReachable } from '../../runner/tasks/index.js'
import { ConnectError, InterruptedError } from '../../runner/errors.js'
import { reconnect } from '../../runner/ssh/reconnect.js'
import { autoRecoverySeconds, disarmRecoveryScript } from './auto-recovery.js'
import type { RoundPlan } from './plan.js'

/** Time limit for starting the daemons again. */
const undoTimeout = '240s'

/** Time limit for all resources to run again. */
const resourcesTimeoutSeconds = 180

/** A marker file in /run, made before a reboot: a node that answers without it has booted since. */
const bootMarker = '/run/ha-run-drill.before'
export const markBootScript = `: >${bootMarker}`
export const unmarkBootScript = `rm -f ${bootMarker}`

/** The exit code of a script that a second Ctrl-C has terminated. */
const terminated = 143

/**
 * Repairs the node, over a new connection if the old one is lost. Only then is auto-recovery disarmed.
 *
 * @throws ConnectError if the node does not answer any more.
 */
export async function repairNode(round: RoundPlan, scope: ClusterTrialScope): Promise<void> {
  const { fault, target, drilled, others } = round
  const undo = async () => {
    const { exitCode } = await drilled.$({ timeout: undoTimeout, nothrow: true }).script(fault.undoScript(target))
    if (exitCode === terminated)
      throw new InterruptedError(`${drilled.name} is not fully repaired: it repairs itself once this run has ended`)
    await drilled.$.script(disarmRecoveryScript)
  }
  scope.progress(`repairing ${drilled.name}`)
  if (!fault.reboots) {
    try {
      await undo()
      return
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error
      // A standby stands in the CIB: the other nodes can end it.
      await readmitDrained({ ...scope, members: others }).catch(() => {})
    }
  }
  await reconnectToNode(round, scope)
  await undo()
}

async function reconnectToNode({ fault, drilled }: RoundPlan, scope: ClusterTrialScope): Promise<void> {
  let timeoutSeconds = 4
  const connection = await retryUntilReachable(
    `${drilled.name} to answer again`,
    autoRecoverySeconds + 60,
    scope,
    async () => {
      // Each attempt waits longer, since a slow machine may not answer within a short one.
      timeoutSeconds = Math.min(timeoutSeconds * 1.5, 40)
      const candidate = await reconnect(drilled.connection, undefined, timeoutSeconds)
      const [booted] = await candidate.session.run({
        scripts: [fault.reboots ? `[ ! -e ${bootMarker} ]` : ':'],
        timeoutSeconds: 10,
      })
      if (booted!.exitCode === 0) return candidate
      await candidate.close()
      throw new ConnectError(`${drilled.name} has not shut down yet`)
    },
  )
  if (connection instanceof ConnectError) {
    throw new ConnectError(`${drilled.name} did not come back: ${connection.message}`, {
      hint: 'check the machine; once it is back, `ha-run site` repairs what is left',
      cause: connection,
    })
  }
  await drilled.replaceConnection(connection)
}

/** Waits until the cluster is healthy again, and clears the failures that the drill has caused. @returns remarks for the user. */
export async function restoreCluster(before: ClusterState, scope: ClusterTrialScope): Promise<string[]> {
  await untilOnline(scope.members, scope)
  await readmitDrained(scope)
  const rewritten = await rewriteLost(scope)
  await untilSettled(scope)
  await untilRunningAgain(before, resourcesTimeoutSeconds, scope)
  // A restarted Corosync has lost the record of its authkey, by which later runs know which one it has loaded.
  for (const { member, cmap, keyHash } of await readCorosyncState(scope.members)) {
    if (keyHash !== undefined && cmap && !cmap.has(loadedKeyEntry)) await recordLoadedKey(member, keyHash)
  }
  const failed = failedResources((await stateOf(scope))?.failures ?? [])
  for (const { resource, node } of failed)
    await scope.leader.$({ nothrow: true })`crm_resource --cleanup -r ${resource} -N ${node}`
  if (failed.length > 0) {
    await untilSettled(scope)
    await untilNoneLeft(
      'the failures to be cleared',
      30,
      scope,
      ({ failures }) => failures.map(({ operation }) => operation),
      '`crm_resource --cleanup` clears them',
    )
  }
  return [
    ...rewritten.map(node => `the attributes of ${node}, lost from the CIB, were written to it again`),
    ...failed.map(({ resource, node }) => `the failure of ${resource} on ${node} was cleared`),
  ]
}

/** The resources with failed operations, each once per node: `WebSite_monitor_60000` belongs to WebSite. */
export function failedResources(failures: Failure[]): { resource: string; node: string }[] {
  const all = failures.map(({ operation, node }) => ({
    resource: operation.replace(/_(?:migrate_(?:to|from)|[a-z-]+)_\d+$/, ''),
    node,
  }))
  return all.filter(
    ({ resource, node }, at) => all.findIndex(other => other.resource === resource && other.node === node) === at,
  )
}
