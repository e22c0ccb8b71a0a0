import type { Cluster, Primitive } from '../../runner/cluster/declaration/declaration.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { activeNodes, isBanned } from './constraints.js'
import { readAvailableViews, pacemakerNotAnswering, verdict, type Violation } from './verdict.js'

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
      return { status: 'warning', evidence: `in maintenance mode: ${wrong.join('; ')}`, hint: hint, headlines }
    return verdict(wrong, text, hint, headlines)
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
  return primitives.flatMap(primitive => primitiveViolations(primitive, cluster, state))
}

/** Primitives that run once in each view, but not on the same node in all views. */
export function conflictingViews({ resources }: Cluster, views: ClusterState[]): Violation[] {
  return resources
    .filter(resource => resource.kind === 'primitive' && !resource.clone)
    .flatMap(({ id }) => {
      const each = views.map(view => activeNodes(id, view))
      const all = [...new Set(each.flat())]
      return all.length > 1 && each.every(nodes => nodes.length <= 1)
        ? [`${id} runs on ${all.join(' and ')}, according to different nodes`]
        : []
    })
}

function primitiveViolations({ id, clone }: Primitive, cluster: Cluster, state: ClusterState): Violation[] {
  const instances = state.resources.filter(resource => resource.id === id)
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
      .filter(
        ({ name, online, standby }) => online && !standby && !nodes.includes(name) && !isBanned(id, name, cluster),
      )
      .map(({ name }) => name)
    return [...states, ...idle.map(name => `${id} does not run on ${name}`)]
  }
  if (nodes.length === 1) return states
  return [...states, nodes.length === 0 ? `${id} runs on no node` : `${id} runs on ${nodes.join(' and ')}`]
}

/** `FloatIP, WebSite on node1` */
function headline({ resources }: Cluster, state: ClusterState): string {
  const placed = resources
    .filter(({ kind }) => kind === 'primitive')
    .map(({ id }) => ({ id, where: activeNodes(id, state).join(', ') || 'no node' }))
  return [...new Set(placed.map(({ where }) => where))]
    .map(
      where =>
        `${placed
          .filter(one => one.where === where)
          .map(({ id }) => id)
          .join(', ')} on ${where}`,
    )
    .join('; ')
}
