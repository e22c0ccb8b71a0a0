import type { Cluster, Primitive } from '../../runner/cluster/declaration/declaration.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import { nodesOf } from './where.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { isBanned } from './constraints.js'
import { fromWhoAnswers, silentPacemaker, verdict, type Complaint } from './views.js'

const remedy = '`crm_mon -1` on a node says where it runs; `ha-run constraints` restores what is declared'

/**
 * Where each primitive runs, in every node's view and over all views: nodes that have lost sight of each other each say
 * that it runs once.
 */
export function resourcesPlaced(declared: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    const { seen, complaints } = await fromWhoAnswers(scope, clusterState, silentPacemaker)
    const views = seen.map(([, view]) => view)
    const [first] = views
    if (!first) return verdict(complaints, '', remedy)
    const cluster = declared.foreign ? { ...declared, resources: [...declared.resources, ...singlesIn(first, declared)] } : declared
    const wrong = [...new Set([...views.flatMap(view => placementComplaints(cluster, view)), ...overAll(cluster, views)])]
    const text = headline(cluster, first)
    const said = wrong.length === 0 || first.maintenance ? [{ label: 'resources', text }] : []
    // In maintenance mode nothing is started or stopped, and that is what an admin wants.
    if (first.maintenance && wrong.length > 0) return { status: 'warning', evidence: `in maintenance mode: ${wrong.join('; ')}`, hint: remedy, headlines: said }
    return verdict(wrong, text, remedy, said)
  }
}

/** Of a cluster that was found: what it runs once and nobody declares is to run, too. */
function singlesIn({ resources }: ClusterState, declared: Cluster): Primitive[] {
  const ids = resources.map(({ id }) => id)
  const once = resources.filter(({ id, managed }) => managed && ids.indexOf(id) === ids.lastIndexOf(id) && !declared.resources.some(other => other.id === id))
  return once.map(({ id, agent }) => ({ kind: 'primitive', id, agent, params: {}, operations: [], meta: {} }))
}

/** What is wrong with the placement: a primitive runs exactly once, a clone on every node that may run it. */
export function placementComplaints(cluster: Cluster, state: ClusterState): Complaint[] {
  const primitives = cluster.resources.filter(resource => resource.kind === 'primitive')
  return primitives.flatMap(primitive => primitiveComplaints(primitive, cluster, state))
}

/** Primitives that run once in each view, and not on the same node in all of them. */
export function overAll({ resources }: Cluster, views: ClusterState[]): Complaint[] {
  return resources.filter(resource => resource.kind === 'primitive' && !resource.clone).flatMap(({ id }) => {
    const each = views.map(view => nodesOf(id, view))
    const all = [...new Set(each.flat())]
    return all.length > 1 && each.every(nodes => nodes.length <= 1) ? [`${id} runs on ${all.join(' and ')}, as different nodes see it`] : []
  })
}

function primitiveComplaints({ id, clone }: Primitive, cluster: Cluster, state: ClusterState): Complaint[] {
  const instances = state.resources.filter(resource => resource.id === id)
  if (instances.some(({ targetRole }) => targetRole === 'Stopped')) return []
  const nodes = nodesOf(id, state)
  const odd = [...new Set(instances.flatMap(({ failed, blocked, orphaned }) => [
    ...(failed ? [`${id} has failed`] : []), ...(blocked ? [`${id} is blocked`] : []), ...(orphaned ? [`${id} is an orphan`] : []),
  ]))]
  if (clone) {
    const idle = state.nodes.filter(({ name, online, standby }) => online && !standby && !nodes.includes(name) && !isBanned(id, name, cluster)).map(({ name }) => name)
    return [...odd, ...idle.map(name => `${id} does not run on ${name}`)]
  }
  if (nodes.length === 1) return odd
  return [...odd, nodes.length === 0 ? `${id} runs nowhere` : `${id} runs on ${nodes.join(' and ')}`]
}

/** `FloatIP, WebSite on node1` */
function headline({ resources }: Cluster, state: ClusterState): string {
  const placed = resources.filter(({ kind }) => kind === 'primitive').map(({ id }) => ({ id, where: nodesOf(id, state).join(', ') || 'no node' }))
  return [...new Set(placed.map(({ where }) => where))]
    .map(where => `${placed.filter(one => one.where === where).map(({ id }) => id).join(', ')} on ${where}`).join('; ')
}
