import type { Cluster, Primitive } from '../../runner/cluster/declaration.js'
import type { ClusterState } from '../../runner/cluster/crm-mon.js'
import { cibText, clusterState } from '../../runner/cluster/facts.js'
import { interfacesWith } from '../../runner/cluster/floating-ip.js'
import { reachable, type Scope } from '../../runner/cluster/members.js'
import type { Headline, Verdict } from '../../runner/engine/task.js'
import { verdict, type Complaint } from './views.js'

const remedy = '`crm_mon -1` on a node says where it runs; `ha-run constraints` restores what is declared'

/** Where each primitive runs, from one node's view: the membership assertions say that the views agree. */
export function resourcesPlaced(cluster: Cluster) {
  return async ({ leader }: Scope): Promise<Verdict> => {
    const state = await leader.read(clusterState)
    if (!state) return verdict([`${leader.name}: pacemaker does not answer`], '', remedy)
    const complaints = placementComplaints(cluster, state)
    const meant = [...onPurpose(cluster, state), ...leftovers(await leader.read(cibText))]
    if (meant.length > 0 && (complaints.length === 0 || state.maintenance)) {
      return { status: 'warning', evidence: meant.join('; '), hint: 'an admin may mean that; `crm resource start`, `crm resource clear` and `crm maintenance off` end it', headlines: headlines(cluster, state) }
    }
    return verdict(complaints, placementText(cluster, state), remedy, complaints.length === 0 ? headlines(cluster, state) : [])
  }
}

/** What is wrong with the placement: a primitive runs exactly once, a clone on every node that may run it, and what is colocated runs together. */
export function placementComplaints(cluster: Cluster, state: ClusterState): Complaint[] {
  const primitives = cluster.resources.filter(resource => resource.kind === 'primitive')
  return [...primitives.flatMap(primitive => primitiveComplaints(primitive, state)), ...colocationComplaints(cluster, state)]
}

/** What an admin has set, and what keeps declared resources from where they would be. */
function onPurpose(cluster: Cluster, state: ClusterState): string[] {
  const stopped = state.resources.filter(({ id, targetRole }) => targetRole === 'Stopped' && cluster.resources.some(declared => declared.id === id))
  return [
    ...(state.maintenance ? ['the cluster is in maintenance mode'] : []),
    ...[...new Set(stopped.map(({ id }) => id))].map(id => `${id} is stopped by target-role`),
  ]
}

/** Constraints that `crm resource move` and `ban` leave behind. */
function leftovers(cib: string | undefined): string[] {
  return [...(cib ?? '').matchAll(/<rsc_location id="(cli-[^"]+)"/g)].map(([, id]) => `${id} is left from a move or a ban`)
}

function primitiveComplaints({ id, clone }: Primitive, state: ClusterState): Complaint[] {
  const instances = state.resources.filter(resource => resource.id === id)
  if (instances.some(({ targetRole }) => targetRole === 'Stopped')) return []
  const nodes = nodesOf(id, state)
  const odd = instances.flatMap(({ failed, blocked, orphaned, managed }) => [
    ...(failed ? [`${id} has failed`] : []), ...(blocked ? [`${id} is blocked`] : []),
    ...(orphaned ? [`${id} is an orphan`] : []), ...(managed ? [] : [`${id} is not managed`]),
  ])
  if (clone) {
    const idle = state.nodes.filter(({ name, online, standby }) => online && !standby && !nodes.includes(name)).map(({ name }) => name)
    return [...odd, ...idle.map(name => `${id} does not run on ${name}`)]
  }
  if (nodes.length === 1) return odd
  return [...odd, nodes.length === 0 ? `${id} runs nowhere` : `${id} runs on ${nodes.join(' and ')}`]
}

function colocationComplaints({ constraints }: Cluster, state: ClusterState): Complaint[] {
  return constraints.flatMap(constraint => {
    if (constraint.kind !== 'colocation' || !/^\+?inf(inity)?$/i.test(constraint.score)) return []
    const here = nodesOf(constraint.resource, state)
    const there = nodesOf(constraint.with, state)
    return here.every(node => there.includes(node)) ? [] : [`${constraint.resource} runs on ${here.join(', ')} and ${constraint.with} on ${there.join(', ') || 'no node'}`]
  })
}

/** Nodes on which a primitive, or anything inside a group or clone, is started. */
function nodesOf(id: string, { resources }: ClusterState): string[] {
  return [...new Set(resources.filter(({ id: own, parents, active }) => active && (own === id || parents.includes(id))).flatMap(({ nodes }) => nodes))]
}

function placementText(cluster: Cluster, state: ClusterState): string {
  return headlines(cluster, state).map(({ text }) => text).join('; ')
}

/** `FloatIP, WebSite on node1` */
function headlines({ resources }: Cluster, state: ClusterState): Headline[] {
  const placed = resources.filter(({ kind }) => kind === 'primitive').map(({ id }) => ({ id, where: nodesOf(id, state).join(', ') || 'no node' }))
  const text = [...new Set(placed.map(({ where }) => where))]
    .map(where => `${placed.filter(one => one.where === where).map(({ id }) => id).join(', ')} on ${where}`).join('; ')
  return [{ label: 'resources', text }]
}

/** Looks at the kernels, not at the cluster's opinion: a duplicate address is what fencing is there to prevent. */
export function floatingIpOnOneNode({ floatingIp: { address } }: Cluster) {
  return async ({ members }: Scope): Promise<Verdict> => {
    const seen = await Promise.all(reachable(members).map(async member => [member.name, await member.read(interfacesWith(address))] as const))
    const holders = seen.flatMap(([name, interfaces]) => interfaces.map(iface => `${iface} of ${name}`))
    if (holders.length === 1) return verdict([], `${address} on ${holders[0]}`, '')
    const complaint = holders.length === 0 ? `${address} is on no node` : `${address} is on ${holders.join(' and ')}`
    return verdict([complaint], '', '`ha-run constraints` has the cluster start it; take a stray one off by `ip address del`')
  }
}
