import { servicesOn, type ClusterState } from '../pacemaker/crm-mon.js'
import { canDetach } from './detach.js'
import { clusterState } from '../pacemaker/facts.js'
import { readOnAll, type Scope } from '../members.js'
import { cibOf } from './temporary-settings.js'
import { forecastRekeying } from './rekey.js'
import { rollingOrder } from './rolling.js'
import type { RolloutPlan } from './rollout-plan.js'

/** What a rollout will do to the service, as sentences. */
export async function forecastRollout({ members }: Scope, plan: RolloutPlan): Promise<string[]> {
  const quorum = plan.quorumEffect === undefined ? [] : [plan.quorumEffect]
  const rekeying = plan.rekeys && plan.class !== 'full stop' ? await forecastRekeying({ members }) : []
  if (plan.class !== 'rolling restart' && plan.class !== 'full stop') return [...quorum, ...rekeying]
  const state = (await readOnAll(members, clusterState)).find(([, seen]) => seen)?.[1]
  if (plan.class === 'full stop') return [...quorum, forecastFullStop(state, (await cibOf(members))?.cib)]
  const restarted = plan.changes.filter(({ changes }) => changes.length > 0).map(({ member }) => member.name)
  return [...quorum, ...rekeying, ...forecastRolling(restarted, state)]
}

/** Whether the resources keep running while all daemons are stopped. */
export function forecastFullStop(state: ClusterState | undefined, cib: string | undefined): string {
  const consequence =
    state && cib !== undefined && canDetach(state, cib)
      ? 'the resources keep running, and nothing monitors them meanwhile'
      : 'the service is down meanwhile'
  return `Corosync and Pacemaker stop on all nodes and start again: ${consequence}`
}

/** The order of the restarts, and the resources that move away from each node first. */
export function forecastRolling(nodes: string[], state: ClusterState | undefined): string[] {
  return rollingOrder(
    nodes.map(name => ({ name })),
    state,
  ).map(({ name }, index) => {
    const running = state ? servicesOn(state, name).map(({ id }) => id) : []
    const moves =
      running.length === 0
        ? 'nothing runs there'
        : `${running.join(', ')} ${running.length === 1 ? 'moves' : 'move'} away before`
    return `${index === 0 ? 'first' : 'then'} Corosync restarts on ${name}: ${moves}`
  })
}
