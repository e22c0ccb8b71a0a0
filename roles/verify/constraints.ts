import type { Cluster, Colocation, Constraint, Order } from '../../runner/cluster/declaration/declaration.js'
import type { Action, Role } from '../../runner/cluster/declaration/roles.js'
import { promotedNodes, type ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { shortened } from '../../runner/ui/text.js'
import { mostListed, readAvailableViews, pacemakerNotAnswering, verdict, type Violation } from './verdict.js'

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
      shortened(mandatory, { most: mostListed }) || 'no mandatory constraint',
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

/** The same of the instances with a role; without one, of all. */
function nodesWith(role: Role | undefined, id: string, state: ClusterState): string[] {
  if (role === undefined || role === 'Started') return activeNodes(id, state)
  const promoted = promotedNodes(id, state)
  if (role === 'Promoted') return promoted
  return role === 'Stopped' ? [] : activeNodes(id, state).filter(node => !promoted.includes(node))
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

/** The constraints, with one for each member in place of the location of a tag. */
function withTagsExpanded({ constraints, tags = [] }: Cluster): Constraint[] {
  return constraints.flatMap(constraint => {
    const tag = constraint.kind === 'location' ? tags.find(({ id }) => id === constraint.resource) : undefined
    return tag === undefined ? [constraint] : tag.members.map(resource => ({ ...constraint, resource }))
  })
}

/** How the placement violates declared constraints. A stopped resource violates an order constraint only. */
export function constraintViolations(cluster: Cluster, state: ClusterState): Violation[] {
  return withTagsExpanded(cluster)
    .filter(isMandatory)
    .flatMap(constraint => {
      if ('sets' in constraint) return []
      if (constraint.kind === 'colocation') return colocationViolations(constraint, state)
      if (constraint.kind === 'location') {
        const { id, resource, role, node = '' } = constraint
        return nodesWith(role, resource, state).includes(node)
          ? [
              `${resource} ${verbFor(role)} on ${node}, where it must not ${role === 'Promoted' ? 'be promoted' : 'run'} (${id})`,
            ]
          : []
      }
      return orderViolations(constraint, state)
    })
}

/** Of an order in which something stops or is demoted, the state shows nothing. */
function orderViolations(
  { id, first, firstAction = 'start', then, thenAction = 'start' }: Order,
  state: ClusterState,
): Violation[] {
  const wanted: Partial<Record<Action, Role>> = { start: 'Started', promote: 'Promoted' }
  const [firstRole, thenRole] = [wanted[firstAction], wanted[thenAction]]
  if (firstRole === undefined || thenRole === undefined) return []
  return nodesWith(thenRole, then, state).length > 0 && nodesWith(firstRole, first, state).length === 0
    ? [
        firstRole === 'Promoted'
          ? `${then} ${verbFor(thenRole)}, but no instance of ${first} is promoted, which must be first (${id})`
          : `${then} ${verbFor(thenRole)}, but ${first} does not, which must start first (${id})`,
      ]
    : []
}

function verbFor(role: Role | undefined): string {
  return role === 'Promoted' ? 'is promoted' : role === 'Unpromoted' ? 'runs unpromoted' : 'runs'
}

/** `DB`, or `DB promoted`. */
function withRole(id: string, role: Role | undefined): string {
  return role === undefined || role === 'Started' ? id : `${id} ${role.toLowerCase()}`
}

function colocationViolations(
  { id, resource: one, role, with: with_, withRole: roleOfOther, score }: Colocation,
  state: ClusterState,
): Violation[] {
  const [resource, other] = [withRole(one, role), withRole(with_, roleOfOther)]
  const [here, there] = [nodesWith(role, one, state), nodesWith(roleOfOther, with_, state)]
  const together = here.filter(node => there.includes(node))
  if (never.test(score))
    return together.length > 0 ? [`${resource} and ${other} run together on ${together.join(', ')} (${id})`] : []
  return together.length === here.length
    ? []
    : [`${resource} runs on ${here.join(', ')} and ${other} on ${there.join(', ') || 'no node'} (${id})`]
}

/**
 * Whether Pacemaker may never violate it, as far as the placement shows that. A location with INFINITY is not mandatory: the node may be
 * unable to run the resource. Rules, patterns and sets are left to Pacemaker.
 */
function isMandatory(constraint: Constraint): boolean {
  if ('sets' in constraint) return false
  if (constraint.kind === 'location')
    return constraint.node !== undefined && !constraint.isPattern && never.test(constraint.score ?? '')
  if (constraint.kind === 'order') return constraint.orderKind === 'Mandatory'
  return never.test(constraint.score) || always.test(constraint.score)
}

/** The nodes from which declared constraints ban each primitive, or the clone or group that contains it. */
export function bansIn(cluster: Cluster): Map<string, ReadonlySet<string>> {
  const { resources } = cluster
  const bans = new Map<string, Set<string>>()
  for (const constraint of withTagsExpanded(cluster)) {
    if (constraint.kind !== 'location' || constraint.role !== undefined || constraint.node === undefined) continue
    if (!never.test(constraint.score ?? '')) continue
    const { resource, node } = constraint
    bans.set(resource, (bans.get(resource) ?? new Set()).add(node))
  }
  const banAlso = (id: string, holder: string | undefined) => {
    const nodes = holder === undefined ? undefined : bans.get(holder)
    if (nodes !== undefined) bans.set(id, new Set([...(bans.get(id) ?? []), ...nodes]))
  }
  for (const resource of resources) {
    banAlso(resource.id, resource.clone?.id)
    if (resource.kind === 'group') for (const member of resource.members) banAlso(member, resource.id)
  }
  return bans
}
