import test from 'ava'
import { adminOverrides } from '../../../roles/verify/admin-overrides.js'
import { constraintViolations } from '../../../roles/verify/constraints.js'
import { placementViolations } from '../../../roles/verify/placement.js'
import type { Cluster, Constraint, Resource } from '../../../runner/cluster/declaration/declaration.js'
import { counted } from '../../cluster/counted-reads.js'
import { stateOf } from './state.js'

/** Clones that are banned from node2, each with a colocation, so that no violation cuts a comparison short. */
function declared(count: number): Pick<Cluster, 'resources' | 'constraints'> {
  const resources = Array.from({ length: count }, (_, at): Resource => ({
    kind: 'primitive',
    id: `r${at}`,
    agent: 'ocf:heartbeat:Dummy',
    params: {},
    operations: [],
    meta: {},
    clone: { id: `r${at}-clone`, meta: {} },
  }))
  const constraints = resources.flatMap(({ id }, at): Constraint[] => [
    { kind: 'location', id: `${id}-not-on-node2`, resource: `${id}-clone`, node: 'node2', score: '-INFINITY' },
    { kind: 'colocation', id: `${id}-with`, resource: id, with: `r${Math.max(0, at - 1)}`, score: 'INFINITY' },
  ])
  return { resources, constraints }
}

/** How often a declared object or the state of a resource is read to verify so many. */
function readsFor(count: number): number {
  const { resources, constraints } = declared(count)
  const [declaredResources, declaredConstraints] = [counted(resources), counted(constraints)]
  const cluster = { resources: declaredResources.objects, constraints: declaredConstraints.objects } as Cluster
  const state = stateOf({ resources: Object.fromEntries(resources.map(({ id }) => [`${id}-clone/${id}`, ['node1']])) })
  const states = counted(state.resources)
  const seen = { ...state, resources: states.objects }
  const violations = [
    ...placementViolations(cluster, seen),
    ...constraintViolations(cluster, seen),
    ...adminOverrides(cluster, seen),
  ]
  if (violations.length > 0) throw new Error(violations[0])
  return [declaredResources, declaredConstraints, states].reduce((sum, { reads }) => sum + reads(), 0)
}

test('twice as many resources and constraints take twice the work', t => {
  t.true(readsFor(200) <= 2 * readsFor(100))
})
