import { failCountsIn } from './fail-counts.js'
import { cibText, clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { silentPacemaker, verdict } from './views.js'

const remedy = '`crm_resource --cleanup` forgets a failure and its count once the cause is gone'

export async function noFailedActions({ leader }: Scope): Promise<Verdict> {
  const state = await leader.read(clusterState)
  if (!state) return verdict([`${leader.name}: ${silentPacemaker}`], '', remedy)
  const failed = state.failures.map(({ operation, node, status, reason }) => `${operation} on ${node}: ${status}${reason && `: ${reason}`}`)
  return verdict(failed, 'no failed actions', remedy)
}

/** They outlive the failed action that crm_mon shows, and move a resource away once they reach its migration-threshold. */
export async function noFailCounts({ leader }: Scope): Promise<Verdict> {
  const cib = await leader.read(cibText)
  if (cib === undefined) return verdict([`${leader.name}: ${silentPacemaker}`], '', remedy)
  const counts = failCountsIn(cib).map(({ resource, operation, node, count }) => `${operation} of ${resource} has failed ${count === 'INFINITY' ? 'for good' : `${count} times`} on ${node}`)
  return verdict(counts, 'no fail counts', remedy)
}
