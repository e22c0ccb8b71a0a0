import test from 'ava'
import { constraintViolations } from '../../../roles/verify/constraints.js'
import type { Constraint } from '../../../runner/cluster/declaration/declaration.js'
import type { ClusterState, ResourceState } from '../../../runner/cluster/pacemaker/crm-mon.js'

/** How often the state of a resource is read to compare the placement of so many with their constraints. */
function readsFor(count: number): number {
  let reads = 0
  const resources = Array.from({ length: count }, (_, at) => {
    const state: Partial<ResourceState> = { id: `r${at}`, active: true, nodes: ['node1'], parents: [] }
    return new Proxy(state as ResourceState, {
      get: (resource, name) => {
        reads += 1
        return Reflect.get(resource, name) as unknown
      },
    })
  })
  const constraints = resources.slice(1).map(({ id }, at): Constraint => ({
    kind: 'colocation',
    id: `${id}-with-r${at}`,
    resource: id,
    with: `r${at}`,
    score: 'INFINITY',
  }))
  reads = 0
  const violations = constraintViolations(
    { constraints } as Parameters<typeof constraintViolations>[0],
    {
      resources,
    } as ClusterState,
  )
  if (violations.length > 0) throw new Error(violations[0])
  return reads
}

test('twice as many resources and constraints take twice the work', t => {
  t.true(readsFor(200) <= 2 * readsFor(100))
})
