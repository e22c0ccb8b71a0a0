import type { Cluster, Constraint } from '../../runner/cluster/declaration/declaration.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import { nodesOf } from './where.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { fromWhoAnswers, silentPacemaker, verdict, type Complaint } from './views.js'

const always = /^\+?inf(inity)?$/i
const never = /^-inf(inity)?$/i

/** In fact: what runs is compared with the declaration, whatever the CIB says. Scores that are no must are left out. */
export function constraintsHold(cluster: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    const { seen, complaints } = await fromWhoAnswers(scope, clusterState, silentPacemaker)
    const broken = [...new Set(seen.flatMap(([, view]) => constraintComplaints(cluster, view)))]
    const musts = cluster.constraints.filter(isMust).map(({ id }) => id)
    return verdict([...complaints, ...broken], musts.join(', ') || 'none that is a must', '`ha-run constraints` restores the declared ones; `crm_simulate -sL` on a node says what Pacemaker makes of them')
  }
}

/** What runs against a declared constraint. A resource that does not run at all breaks none but an order. */
export function constraintComplaints({ constraints }: Cluster, state: ClusterState): Complaint[] {
  return constraints.filter(isMust).flatMap(constraint => {
    if (constraint.kind === 'colocation') return colocationComplaints(constraint, state)
    if (constraint.kind === 'location') {
      const { id, resource, node } = constraint
      return nodesOf(resource, state).includes(node) ? [`${resource} runs on ${node}, where it must not (${id})`] : []
    }
    const { id, first, then } = constraint
    return nodesOf(then, state).length > 0 && nodesOf(first, state).length === 0 ? [`${then} runs without ${first}, which comes first (${id})`] : []
  })
}

function colocationComplaints({ id, resource, with: other, score }: Extract<Constraint, { kind: 'colocation' }>, state: ClusterState): Complaint[] {
  const [here, there] = [nodesOf(resource, state), nodesOf(other, state)]
  const together = here.filter(node => there.includes(node))
  if (never.test(score)) return together.length > 0 ? [`${resource} and ${other} run together on ${together.join(', ')} (${id})`] : []
  return together.length === here.length ? [] : [`${resource} runs on ${here.join(', ')} and ${other} on ${there.join(', ') || 'no node'} (${id})`]
}

/** Whether Pacemaker may never break it. A location's INFINITY is one only where the node can run it. */
function isMust(constraint: Constraint): boolean {
  if (constraint.kind === 'order') return constraint.orderKind === 'Mandatory'
  return never.test(constraint.score) || (constraint.kind === 'colocation' && always.test(constraint.score))
}

/** Whether a node is declared never to run a primitive, or the clone or group that it is in. */
export function isBanned(id: string, node: string, { constraints, resources }: Cluster): boolean {
  const names = [id, ...resources.flatMap(resource => resource.kind === 'primitive' ? (resource.id === id && resource.clone ? [resource.clone.id] : []) : resource.members.includes(id) ? [resource.id] : [])]
  return constraints.some(constraint => constraint.kind === 'location' && never.test(constraint.score) && constraint.node === node && names.includes(constraint.resource))
}
