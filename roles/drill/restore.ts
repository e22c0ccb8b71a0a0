import { recordLoadedKey } from '../../runner/cluster/rollout/authkey.js'
import { quorum } from '../../runner/cluster/corosync/facts.js'
import type { Failure } from '../../runner/cluster/pacemaker/crm-mon.js'
import { untilSettled } from '../../runner/cluster/pacemaker/forecast.js'
import { loadedKeyEntry, readCorosyncState } from '../../runner/cluster/corosync/state.js'
import type { ClusterTrialScope } from '../../runner/cluster/members.js'
import { rewriteLost } from '../../runner/cluster/rollout/node-attributes.js'
import { readmitDrained } from '../../runner/cluster/rollout/temporary-settings.js'
import { stateOf, untilNoneLeft, untilOnline, untilRunningAgain } from '../../runner/cluster/rollout/pacemaker-state.js'
import { until } from '../../runner/tasks/index.js'
import type { RoundPlan } from './plan.js'

/** Time limit for all resources to run again. */
const resourcesTimeoutSeconds = 180

/** Time limit for the quorum device to vote again: its client tries to connect every few seconds. */
const votesTimeoutSeconds = 90

/** Waits until the cluster is healthy again, and clears the failures that the drill has caused. @returns remarks for the user. */
export async function restoreCluster(round: RoundPlan, scope: ClusterTrialScope): Promise<string[]> {
  await untilOnline(scope.members, scope)
  await untilAllVote(round, scope)
  await readmitDrained(scope)
  const rewritten = await rewriteLost(scope)
  await untilSettled(scope)
  await untilRunningAgain(round.before, resourcesTimeoutSeconds, scope)
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

/** Waits until every node counts as many votes as before, that of the quorum device included. */
async function untilAllVote({ members, rings }: RoundPlan, { abandon, progress }: ClusterTrialScope): Promise<void> {
  await until(
    'all votes to count again',
    votesTimeoutSeconds,
    async report => {
      const views = await Promise.all(
        members.map(async member => ({ name: member.name, ring: await member.readAgain(quorum) })),
      )
      const fewer = views.filter(({ name, ring }) => (ring?.votes?.total ?? 0) < (rings.get(name)?.votes?.total ?? 0))
      report(fewer.map(({ name, ring }) => `${ring?.votes?.total ?? 0} votes on ${name}`).join(', '))
      return fewer.length === 0 ? true : undefined
    },
    { abandon, progress, hint: 'see `corosync-quorumtool -s` and `corosync-qdevice-tool -sv` on the nodes' },
  )
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
