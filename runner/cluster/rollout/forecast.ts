import type { ClusterState } from '../pacemaker/crm-mon.js'
import { canDetach } from './detach.js'
import { clusterState } from '../pacemaker/facts.js'
import { readOnAll, type Scope } from '../members.js'
import { cibOf } from './temporary-settings.js'
import { rollOrder } from './rolling.js'
import type { RolloutPlan } from './rollout-plan.js'

/** What will become of the service on the way to a new corosync.conf, as sentences. */
export async function forecastRollout({ members }: Scope, way: RolloutPlan): Promise<string[]> {
  if (way.class !== 'rolling restart' && way.class !== 'full stop') return []
  const state = (await readOnAll(members, clusterState)).find(([, seen]) => seen)?.[1]
  if (way.class === 'full stop') return [forecastFullStop(state, (await cibOf(members))?.cib)]
  return forecastRolling(way.changes.filter(({ changes }) => changes.length > 0).map(({ member }) => member.name), state)
}

/** Whether the resources run on while all daemons are away. */
export function forecastFullStop(state: ClusterState | undefined, cib: string | undefined): string {
  const fate = state && cib !== undefined && canDetach(state, cib) ? 'the resources run on, and nothing watches over them meanwhile' : 'the service is down meanwhile'
  return `Corosync and Pacemaker stop on all nodes and start again: ${fate}`
}

/** The order of the nodes, and what each has to give away before it restarts. */
export function forecastRolling(nodes: string[], state: ClusterState | undefined): string[] {
  return rollOrder(nodes.map(name => ({ name })), state).map(({ name }, at) => {
    const here = state?.resources.filter(({ active, nodes: on }) => active && on.includes(name)).map(({ id }) => id) ?? []
    const moves = here.length === 0 ? 'nothing runs there' : `${here.join(', ')} ${here.length === 1 ? 'moves' : 'move'} away before`
    return `${at === 0 ? 'first' : 'then'} Corosync restarts on ${name}: ${moves}`
  })
}
