import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import { until } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'

/** Instances of a promotable clone are promoted or not; Pacemaker up to 2.0 calls them Master and Slave. */
const runningRoles: ReadonlySet<string> = new Set(['Started', 'Promoted', 'Unpromoted', 'Master', 'Slave'])

/** Longer than any agent's advised start and stop together. */
const startTimeoutSeconds = 120

/**
 * Waits until each of these primitives is active on a node, or an admin's setting prevents that. `crm_resource --wait` would also
 * return for stopped primitives (docs/facts.md, Pacemaker).
 *
 * @param ids - of the primitives.
 * @throws TaskError with the agent's reason if one of them failed to start.
 */
export async function primitivesStarted({ leader, abandon, progress }: Scope, ids: string[]): Promise<void> {
  await until(
    `${ids.length} resources to run`,
    startTimeoutSeconds,
    async report => {
      const state = await leader.readAgain(clusterState)
      if (!state) return undefined
      const failed = state.failures.filter(({ operation }) => ids.some(id => operation.startsWith(`${id}_start_`)))
      if (failed.length > 0) {
        throw new TaskError(
          failed
            .map(
              ({ operation, node, status, reason }) => `${operation} on ${node}: ${status}${reason && `: ${reason}`}`,
            )
            .join('; '),
          {
            hint: 'correct the cause, then clear the failure with `crm_resource --cleanup` on a node',
          },
        )
      }
      const waiting = ids.filter(id => !isStartedOrStoppedByAdmin(state, id))
      report(`not yet ${waiting.join(', ')}`)
      return waiting.length === 0 ? true : undefined
    },
    {
      hint: '`crm_mon -1 -r` and `crm_simulate -sL` on a node show what prevents them from running',
      abandon,
      progress,
    },
  )
}

function isStartedOrStoppedByAdmin(state: ClusterState, id: string): boolean {
  const instances = state.resources.filter(resource => resource.id === id)
  const noNodeCanRunIt =
    state.maintenance || state.nodes.every(({ online, standby, maintenance }) => !online || standby || maintenance)
  return (
    noNodeCanRunIt ||
    instances.some(
      ({ role, active, nodes, managed, targetRole }) =>
        (active && nodes.length > 0 && runningRoles.has(role)) || !managed || targetRole === 'Stopped',
    )
  )
}
