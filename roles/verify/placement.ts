import { clonesByPrimitive, isPromotable, promotedMax } from '../../runner/cluster/declaration/clones.js'
import type { Clone, Cluster, Primitive } from '../../runner/cluster/declaration/declaration.js'
import { presentRole } from '../../runner/cluster/declaration/roles.js'
import { promotedNodes, type ClusterState, type ResourceState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { grouped, shortened } from '../../runner/ui/text.js'
import { activeNodes, bansIn } from './constraints.js'
import { mostListed, readAvailableViews, pacemakerNotAnswering, verdict, type Violation } from './verdict.js'

const hint = '`crm_mon -1` on a node shows where it runs; `ha-run constraints` restores the declared resources'

/** Checks each node's view and all views together: of two disconnected nodes, each reports that the resource runs once. */
export function resourcesRunAsDeclared(declared: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    const { viewsByNode, violations } = await readAvailableViews(scope, clusterState, pacemakerNotAnswering)
    const views = viewsByNode.map(([, view]) => view)
    const [first] = views
    if (!first) return verdict(violations, '', hint)
    const cluster = declared.foreign
      ? { ...declared, resources: [...declared.resources, ...undeclaredPrimitives(first, declared)] }
      : declared
    const wrong = [
      ...new Set([...views.flatMap(view => placementViolations(cluster, view)), ...conflictingViews(cluster, views)]),
    ]
    const text = headline(cluster, first)
    const headlines = wrong.length === 0 || first.maintenance ? [{ label: 'resources', text }] : []
    // In maintenance mode Pacemaker starts and stops nothing, as the admin wants.
    if (first.maintenance && wrong.length > 0)
      return {
        status: 'warning',
        evidence: `in maintenance mode: ${shortened(wrong, { most: mostListed, separator: '; ' })}`,
        hint: hint,
        headlines,
      }
    // A start may be on its way, after a cleanup for instance.
    return { ...verdict(wrong, text, hint, headlines), fleeting: violations.length === 0 }
  }
}

/** Undeclared primitives that a foreign cluster runs once: they must run too. */
function undeclaredPrimitives({ resources }: ClusterState, declared: Cluster): Primitive[] {
  const instances = new Map<string, number>()
  for (const { id } of resources) instances.set(id, (instances.get(id) ?? 0) + 1)
  const known = new Set(declared.resources.map(({ id }) => id))
  const single = resources.filter(({ id, managed }) => managed && instances.get(id) === 1 && !known.has(id))
  return single.map(({ id, agent }) => ({ kind: 'primitive', id, agent, params: {}, operations: [], meta: {} }))
}

/** What is wrong with the placement: a primitive must run exactly once, a clone on every node that may run it. */
export function placementViolations(cluster: Cluster, state: ClusterState): Violation[] {
  const primitives = cluster.resources.filter(resource => resource.kind === 'primitive')
  const clones = clonesByPrimitive(cluster.resources)
  const instances = new Map(grouped(state.resources, ({ id }) => id).map(own => [own[0]!.id, own]))
  const bans = bansIn(cluster)
  return primitives.flatMap(({ id }) =>
    primitiveViolations(id, {
      clone: clones.get(id),
      instances: instances.get(id) ?? [],
      bannedFrom: bans.get(id),
      state,
    }),
  )
}

/** Primitives that run once in each view, but not on the same node in all views. */
export function conflictingViews({ resources }: Cluster, views: ClusterState[]): Violation[] {
  const clones = clonesByPrimitive(resources)
  return resources
    .filter(({ kind, id }) => kind === 'primitive' && !clones.has(id))
    .flatMap(({ id }) => {
      const each = views.map(view => activeNodes(id, view))
      const all = [...new Set(each.flat())]
      return all.length > 1 && each.every(nodes => nodes.length <= 1)
        ? [`${id} runs on ${all.join(' and ')}, according to different nodes`]
        : []
    })
}

/** A declared primitive's clone, its instances, and the nodes that constraints ban it from. */
interface PrimitiveState {
  clone: Clone | undefined
  instances: ResourceState[]
  bannedFrom: ReadonlySet<string> | undefined
  state: ClusterState
}

function primitiveViolations(id: string, { clone, instances, bannedFrom, state }: PrimitiveState): Violation[] {
  if (instances.some(({ targetRole }) => targetRole === 'Stopped')) return []
  const nodes = activeNodes(id, state)
  const states = [
    ...new Set(
      instances.flatMap(({ failed, blocked, orphaned }) => [
        ...(failed ? [`${id} has failed`] : []),
        ...(blocked ? [`${id} is blocked`] : []),
        ...(orphaned ? [`${id} is orphaned`] : []),
      ]),
    ),
  ]
  if (clone) {
    const idle = state.nodes
      .filter(({ name, online, standby }) => online && !standby && !nodes.includes(name) && !bannedFrom?.has(name))
      .map(({ name }) => name)
    return [...states, ...idle.map(name => `${id} does not run on ${name}`), ...promotionViolations(id, clone, state)]
  }
  if (nodes.length === 1) return states
  return [...states, nodes.length === 0 ? `${id} runs on no node` : `${id} runs on ${nodes.join(' and ')}`]
}

/** Whether as many instances are promoted as the clone declares, as long as no target role holds them back. */
function promotionViolations(id: string, clone: Clone, state: ClusterState): Violation[] {
  if (!isPromotable(clone)) return []
  const instances = state.resources.filter(resource => resource.id === id)
  if (instances.some(({ targetRole = '' }) => presentRole(targetRole) === 'Unpromoted')) return []
  const nodes = promotedNodes(id, state)
  const most = promotedMax(clone)
  if (nodes.length > most) return [`${id} is promoted on ${nodes.join(' and ')}`]
  return nodes.length === 0 && most > 0 ? [`${id} is promoted on no node`] : []
}

/** `FloatIP, WebSite on node1` */
function headline({ resources }: Cluster, state: ClusterState): string {
  const placed = resources
    .filter(({ kind }) => kind === 'primitive')
    .map(({ id }) => ({ id, where: placeOf(id, state) }))
  return [...new Set(placed.map(({ where }) => where))]
    .map(
      where =>
        `${shortened(
          placed.filter(one => one.where === where).map(({ id }) => id),
          { most: mostListed },
        )} on ${where}`,
    )
    .join('; ')
}

/** `node1, node2 (promoted on node1)` */
function placeOf(id: string, state: ClusterState): string {
  const promoted = promotedNodes(id, state)
  const where = activeNodes(id, state).join(', ') || 'no node'
  return promoted.length === 0 ? where : `${where} (promoted on ${promoted.join(', ')})`
}
