import type { Resource } from '../../runner/cluster/declaration/declaration.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import { until } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'

/** Seconds: longer than any agent's advised start and stop together. */
const startTime = 120

/**
 * Waits until Pacemaker has settled on the declared primitives: each is active somewhere, or has failed, or an admin
 * keeps it from running. `crm_resource --wait` would say "nothing pending" for stopped ones too (cluster-facts C6).
 *
 * @throws TaskError with the agent's reason when one of them failed to start.
 */
export async function primitivesStarted({ leader, abandon, progress }: Scope, resources: Resource[]): Promise<void> {
  const ids = resources.flatMap(resource => resource.kind === 'primitive' ? [resource.id] : [])
  await until(`${ids.length} resources to run`, startTime, async say => {
    const state = await leader.readAgain(clusterState)
    if (!state) return undefined
    const failed = state.failures.filter(({ operation }) => ids.some(id => operation.startsWith(`${id}_start_`)))
    if (failed.length > 0) {
      throw new TaskError(failed.map(({ operation, node, status, reason }) => `${operation} on ${node}: ${status}${reason && `: ${reason}`}`).join('; '), {
        hint: '`crm_resource --cleanup` on a node forgets the failure once its cause is gone',
      })
    }
    const left = ids.filter(id => !isSettled(state, id))
    say(`not yet ${left.join(', ')}`)
    return left.length === 0 ? true : undefined
  }, { hint: '`crm_mon -1 -r` and `crm_simulate -sL` on a node say what keeps them from running', abandon, progress })
}

function isSettled(state: ClusterState, id: string): boolean {
  const instances = state.resources.filter(resource => resource.id === id)
  const nobodyMay = state.maintenance || state.nodes.every(({ online, standby, maintenance }) => !online || standby || maintenance)
  return nobodyMay || instances.some(({ role, active, nodes, managed, targetRole }) =>
    (active && nodes.length > 0 && role === 'Started') || !managed || targetRole === 'Stopped')
}
