import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { sameRole } from '../../runner/cluster/declaration/roles.js'
import { leftoversIn } from '../../runner/cluster/cib/removal.js'
import { drainedHint, drainedText, drainsIn, type Drain } from '../../runner/cluster/pacemaker/drain.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { cibText, clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { advisory, pacemakerNotAnswering, verdict } from './verdict.js'

const hint =
  'an admin may intend this; `crm maintenance off`, `crm node ready`, `crm node online`, `crm resource start`, `promote` and `manage` end it'

/** Settings of an admin that keep the cluster from working: they are reported and not changed. */
export function noAdminOverrides(cluster: Cluster) {
  return async ({ leader }: Scope): Promise<Verdict> => {
    const [state, cib] = await Promise.all([leader.read(clusterState), leader.read(cibText)])
    if (!state) return verdict([`${leader.name}: ${pacemakerNotAnswering}`], '', hint)
    const drains = drainsIn(cib ?? '')
    const overrides = adminOverrides(cluster, state, drains)
    const ours = drains.length === 0 ? [] : [drainedHint]
    return advisory(
      overrides,
      'no maintenance mode, no standby, no stopped, demoted or unmanaged resource',
      [...ours, ...(overrides.length > 0 && overrides.length === drains.length ? [] : [hint])].join('; '),
    )
  }
}

export function adminOverrides(
  cluster: Cluster,
  { maintenance, nodes, resources }: ClusterState,
  drains: Drain[] = [],
): string[] {
  const declaredIds = new Set(cluster.resources.map(({ id }) => id))
  const declared = resources.filter(({ id }) => declaredIds.has(id))
  const stopped = new Set(declared.filter(({ targetRole }) => targetRole === 'Stopped').map(({ id }) => id))
  const demoted = new Set(
    declared.filter(({ targetRole = '' }) => sameRole(targetRole, 'Unpromoted')).map(({ id }) => id),
  )
  // In maintenance mode nothing is managed: the mode is reported, and not each resource.
  const inMaintenance = nodes.filter(node => node.maintenance).map(({ name }) => name)
  const unmanaged = new Set(
    maintenance
      ? []
      : declared
          .filter(({ managed, nodes: on }) => !managed && !on.some(name => inMaintenance.includes(name)))
          .map(({ id }) => id),
  )
  return [
    ...(maintenance ? ['the cluster is in maintenance mode'] : []),
    ...nodes
      .filter(node => node.standby)
      .map(({ name }) => {
        const drain = drains.find(({ node }) => node === name)
        return drain ? drainedText(drain) : `${name} is in standby`
      }),
    ...(maintenance ? [] : inMaintenance.map(name => `${name} is in maintenance mode`)),
    ...[...stopped].map(id => `${id} is stopped by target-role`),
    ...[...demoted].map(id => `${id} is kept from being promoted by target-role`),
    ...[...unmanaged].map(id => `${id} is not managed`),
  ]
}

/** Constraints that `crm resource move` and `ban` create: they stay until an admin clears them. */
export async function noMoveConstraints({ leader }: Scope): Promise<Verdict> {
  const clearHint = 'an admin may intend this; `crm resource clear RESOURCE` removes it'
  const cib = await leader.read(cibText)
  if (cib === undefined) return verdict([`${leader.name}: ${pacemakerNotAnswering}`], '', clearHint)
  return advisory(
    leftoversIn(cib).map(id => `${id} is left from a move or a ban`),
    'no constraint of a move or ban',
    clearHint,
  )
}
