import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { leftoversIn } from '../../runner/cluster/cib/removal.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { cibText, clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { advice, silentPacemaker, verdict } from './views.js'

const hint = 'an admin may mean that; `crm maintenance off`, `crm node ready`, `crm node online`, `crm resource start` and `crm resource manage` end it'

/** What an admin has set, and what keeps the cluster from doing its work: named, and left alone. */
export function noAdminOverrides(cluster: Cluster) {
  return async ({ leader }: Scope): Promise<Verdict> => {
    const state = await leader.read(clusterState)
    if (!state) return verdict([`${leader.name}: ${silentPacemaker}`], '', hint)
    return advice(onPurpose(cluster, state), 'no maintenance, no standby, nothing stopped or left unmanaged', hint)
  }
}

export function onPurpose(cluster: Cluster, { maintenance, nodes, resources }: ClusterState): string[] {
  const declared = resources.filter(({ id }) => cluster.resources.some(resource => resource.id === id))
  const stopped = new Set(declared.filter(({ targetRole }) => targetRole === 'Stopped').map(({ id }) => id))
  // In maintenance, nothing is managed: that is said once.
  const rested = nodes.filter(node => node.maintenance).map(({ name }) => name)
  const unmanaged = new Set(maintenance ? [] : declared.filter(({ managed, nodes: on }) => !managed && !on.some(name => rested.includes(name))).map(({ id }) => id))
  return [
    ...(maintenance ? ['the cluster is in maintenance mode'] : []),
    ...nodes.filter(node => node.standby).map(({ name }) => `${name} is in standby`),
    ...(maintenance ? [] : rested.map(name => `${name} is in maintenance`)),
    ...[...stopped].map(id => `${id} is stopped by target-role`),
    ...[...unmanaged].map(id => `${id} is not managed`),
  ]
}

/** Constraints that `crm resource move` and `ban` leave behind: they stay until somebody takes them back. */
export async function noLeftovers({ leader }: Scope): Promise<Verdict> {
  const remedy = 'an admin may mean that; `crm resource clear RESOURCE` lets it go where it likes again'
  const cib = await leader.read(cibText)
  if (cib === undefined) return verdict([`${leader.name}: ${silentPacemaker}`], '', remedy)
  return advice(leftoversIn(cib).map(id => `${id} is left from a move or a ban`), 'no constraint of a move or ban', remedy)
}
