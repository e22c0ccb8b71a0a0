import type { Cluster, Constraint } from '../../runner/cluster/declaration/declaration.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { readAvailableViews, pacemakerNotAnswering, verdict, type Violation } from './verdict.js'

const always = /^\+?inf(inity)?$/i
const never = /^-inf(inity)?$/i

/** Compares where resources run with the declaration, whatever the CIB contains. Only mandatory constraints count. */
export function placementMeetsConstraints(cluster: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    const { viewsByNode, violations } = await readAvailableViews(scope, clusterState, pacemakerNotAnswering)
    const broken = [...new Set(viewsByNode.flatMap(([, view]) => constraintViolations(cluster, view)))]
    const mandatory = cluster.constraints.filter(isMandatory).map(({ id }) => id)
    return verdict(
      [...violations, ...broken],
      mandatory.join(', ') || 'no mandatory constraint',
      '`ha-run constraints` restores the declared constraints; `crm_simulate -sL` on a node shows the scores that Pacemaker computes from them',
    )
  }
}

/** Nodes on which a primitive, or any primitive inside a group or clone, is active. */
export function activeNodes(id: string, state: ClusterState): string[] {
  let placement = placements.get(state)
  if (placement === undefined) placements.set(state, (placement = placementIn(state)))
  return [...(placement.get(id) ?? [])]
}

/** Each state's active nodes by the ids of primitives, groups and clones: every constraint asks for them. */
const placements = new WeakMap<ClusterState, Map<string, Set<string>>>()

function placementIn({ resources }: ClusterState): Map<string, Set<string>> {
  const placement = new Map<string, Set<string>>()
  for (const { id, parents, active, nodes } of resources) {
    if (!active) continue
    for (const holder of [id, ...parents]) placement.set(holder, new Set([...(placement.get(holder) ?? []), ...nodes]))
  }
  return placement
}

/** How the placement violates declared constraints. A stopped resource violates an order constraint only. */
export function constraintViolations({ constraints }: Cluster, state: ClusterState): Violation[] {
  return constraints.filter(isMandatory).flatMap(constraint => {
    if (constraint.kind === 'colocation') return colocationViolations(constraint, state)
    if (constraint.kind === 'location') {
      const { id, resource, node } = constraint
      return activeNodes(resource, state).includes(node)
        ? [`${resource} runs on ${node}, where it must not run (${id})`]
        : []
    }
    const { id, first, then } = constraint
    return activeNodes(then, state).length > 0 && activeNodes(first, state).length === 0
      ? [`${then} runs, but ${first} does not, which must start first (${id})`]
      : []
  })
}

function colocationViolations(
  { id, resource, with: other, score }: Extract<Constraint, { kind: 'colocation' }>,
  state: ClusterState,
): Violation[] {
  const [here, there] = [activeNodes(resource, state), activeNodes(other, state)]
  const together = here.filter(node => there.includes(node))
  if (never.test(score))
    return together.length > 0 ? [`${resource} and ${other} run together on ${together.join(', ')} (${id})`] : []
  return together.length === here.length
    ? []
    : [`${resource} runs on ${here.join(', ')} and ${other} on ${there.join(', ') || 'no node'} (${id})`]
}

/** Whether Pacemaker may never violate it. A location with INFINITY is not mandatory: the node may be unable to run the resource. */
function isMandatory(constraint: Constraint): boolean {
  if (constraint.kind === 'order') return constraint.orderKind === 'Mandatory'
  return never.test(constraint.score) || (constraint.kind === 'colocation' && always.test(constraint.score))
}

/** Whether a declared constraint bans a primitive, or the clone or group that contains it, from a node. */
export function isBanned(id: string, node: string, { constraints, resources }: Cluster): boolean {
  const names = [
    id,
    ...resources.flatMap(resource =>
      resource.kind === 'primitive'
        ? resource.id === id && resource.clone
          ? [resource.clone.id]
          : []
        : resource.members.includes(id)
          ? [resource.id]
          : [],
    ),
  ]
  return constraints.some(
    constraint =>
      constraint.kind === 'location' &&
      never.test(constraint.score) &&
      constraint.node === node &&
      names.includes(constraint.resource),
  )
}
