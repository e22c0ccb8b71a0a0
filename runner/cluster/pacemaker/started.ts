import { presentRole } from '../declaration/roles.js'
import { promotedNodes, type ClusterState } from './crm-mon.js'
import { clusterState } from './facts.js'
import type { Scope } from '../members.js'
import { until } from '../../tasks/index.js'
import { TaskError } from '../../errors.js'

const runningRoles: ReadonlySet<string> = new Set(['Started', 'Promoted', 'Unpromoted'])

/** Longer than any agent's advised start and stop together. */
const startTimeoutSeconds = 120

/**
 * Waits until each of these primitives is active on a node, or an admin's setting prevents that. `crm_resource --wait` would also
 * return for stopped primitives (docs/facts.md, Pacemaker).
 *
 * @param ids - of the primitives.
 * @param promotable - of those of which an instance must be promoted too.
 * @throws TaskError with the agent's reason if one of them failed to start.
 */
export async function primitivesStarted(
  { leader, abandon, progress }: Scope,
  ids: string[],
  promotable: ReadonlySet<string> = new Set(),
): Promise<void> {
  await until(
    `${ids.length} resources to run`,
    startTimeoutSeconds,
    async report => {
      const state = await leader.readAgain(clusterState)
      if (!state) return undefined
      const failed = state.failures.filter(({ operation }) =>
        ids.some(id => operation.startsWith(`${id}_start_`) || operation.startsWith(`${id}_promote_`)),
      )
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
      const waiting = ids.flatMap(id => {
        if (!isStartedOrStoppedByAdmin(state, id)) return [id]
        return promotable.has(id) && lacksPromotion(state, id) ? [`${id} (no instance is promoted)`] : []
      })
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
        (active && nodes.length > 0 && runningRoles.has(presentRole(role))) || !managed || targetRole === 'Stopped',
    )
  )
}

/** Whether no instance is promoted although nothing that an admin has set prevents it. The agent must give an instance a promotion score. */
function lacksPromotion(state: ClusterState, id: string): boolean {
  const instances = state.resources.filter(resource => resource.id === id)
  return (
    !state.maintenance &&
    promotedNodes(id, state).length === 0 &&
    !instances.some(({ managed, targetRole = '' }) => !managed || isHeldBack(targetRole))
  )
}

/** Whether a target role keeps instances from being promoted. */
function isHeldBack(targetRole: string): boolean {
  return ['Stopped', 'Unpromoted'].includes(presentRole(targetRole))
}
