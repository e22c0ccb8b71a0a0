import { failCountsIn } from './fail-counts.js'
import { cibText, clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { pacemakerNotAnswering, verdict } from './verdict.js'

const hint = 'remove the cause, then run `crm_resource --cleanup`: it clears the failure and its fail count'

export async function noFailedActions({ leader }: Scope): Promise<Verdict> {
  const state = await leader.read(clusterState)
  if (!state) return verdict([`${leader.name}: ${pacemakerNotAnswering}`], '', hint)
  const failed = state.failures.map(
    ({ operation, node, status, reason }) => `${operation} on ${node}: ${status}${reason && `: ${reason}`}`,
  )
  return verdict(failed, 'no failed actions', hint)
}

/** A fail count remains after crm_mon no longer shows the failed action. At its migration-threshold the resource is moved away. */
export async function noFailCounts({ leader }: Scope): Promise<Verdict> {
  const cib = await leader.read(cibText)
  if (cib === undefined) return verdict([`${leader.name}: ${pacemakerNotAnswering}`], '', hint)
  const counts = failCountsIn(cib).map(({ resource, operation, node, count }) =>
    count === 'INFINITY'
      ? `${operation} of ${resource} has fail count INFINITY on ${node}`
      : `${operation} of ${resource} has failed ${count} times on ${node}`,
  )
  return verdict(counts, 'no fail counts', hint)
}
