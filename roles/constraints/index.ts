import { cacheAdvice } from '../../runner/cluster/pacemaker/agent-advice.js'
import { cibTask, declaredEdit } from '../pacemaker/cib-task.js'
import { primitivesStarted } from '../pacemaker/started.js'
import { withoutDefaults, effectiveDeclaration } from '../../runner/cluster/adoption/foreign-cluster.js'
import { readProvenance } from '../../runner/cluster/adoption/provenance.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import type { Scope } from '../../runner/cluster/members.js'
import { role } from '../../runner/cluster/role.js'
import { apacheTasks } from '../apache/refs.js'
import { pacemakerTasks } from '../pacemaker/refs.js'
import { nothingForeign } from './foreign.js'
import { addressIsFree } from './free-address.js'

/**
 * What the cluster runs, and on which nodes. One change brings resources and constraints together, so that no resource starts without
 * its constraints: crm_simulate forecasts it, and cibadmin --patch makes it (roles/pacemaker/cib-task.ts).
 */
export default role('constraints', ({ cluster }) => {
  const declared = async (scope: Scope) => effectiveDeclaration(scope.members, cluster)
  const free = addressIsFree(cluster, [pacemakerTasks.runs])
  const push = cibTask('resources and constraints', {
    needs: [pacemakerTasks.runs, free, apacheTasks.install],
    edit: async scope => {
      const editOf = async ({ resources, constraints }: Cluster) => declaredEdit(scope, { resources, constraints })
      // One frame reads both the agents' advice and who has built the cluster.
      const [{ provenance }, built] = await Promise.all([readProvenance(scope.members), editOf(cluster)])
      return provenance === 'foreign' ? editOf(withoutDefaults(cluster)) : built
    },
    earlier: {
      role: 'pacemaker',
      edit: async scope => {
        const { properties, resourceDefaults, operationDefaults } = await declared(scope)
        return declaredEdit(scope, { properties, resourceDefaults, operationDefaults })
      },
    },
    after: async scope => {
      const { resources } = await declared(scope)
      const primitives = resources.filter(resource => resource.kind === 'primitive')
      await primitivesStarted(
        scope,
        primitives.map(({ id }) => id),
      )
      await cacheAdvice(
        scope,
        primitives.map(({ agent }) => agent),
      )
    },
  })
  return [free, push, nothingForeign(cluster, [pacemakerTasks.runs, push])]
})
