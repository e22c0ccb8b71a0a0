import { alertScriptsRun } from '../pacemaker/alert-scripts.js'
import { cibTask, declaredEdit } from '../../runner/cluster/cib-change/cib-task.js'
import { resourcesStarted } from '../../runner/cluster/cib-change/resources-started.js'
import { namesAreKnown } from '../pacemaker/known-names.js'
import { optionParts, resourceParts } from '../../runner/cluster/cib/declared-parts.js'
import { withoutDefaults, effectiveDeclaration } from '../../runner/cluster/adoption/foreign-cluster.js'
import { readProvenance } from '../../runner/cluster/adoption/provenance.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import type { Scope } from '../../runner/cluster/members.js'
import { role } from '../../runner/cluster/role.js'
import { usesUtilization } from '../../runner/cluster/cib/without-effect.js'
import { apacheTasks } from '../apache/refs.js'
import { constraintsTasks, pacemakerTasks } from '../../runner/cluster/task-refs.js'
import { nothingForeign } from './foreign.js'
import { addressIsFree } from './free-address.js'
import { declarationTakesEffect } from './without-effect.js'

/**
 * What the cluster runs, and on which nodes. One change brings resources and constraints together, so that no resource starts without
 * its constraints: crm_simulate forecasts it, and cibadmin --patch makes it (runner/cluster/cib-change/cib-task.ts).
 */
export default role('constraints', ({ cluster }) => {
  const declared = async (scope: Scope) => effectiveDeclaration(scope.members, cluster)
  const free = addressIsFree(cluster, [pacemakerTasks.runs])
  const known = namesAreKnown('the agents know the declared parameters', cluster, {
    needs: [pacemakerTasks.runs, apacheTasks.install],
    part: 'resources',
  })
  // Another role may have installed the scripts since the role pacemaker.
  const scripts = alertScriptsRun(cluster, [pacemakerTasks.runs])
  const push = cibTask(constraintsTasks.push.name, {
    needs: [pacemakerTasks.runs, free, known, apacheTasks.install, ...scripts],
    edit: async scope => {
      const editOf = async (own: Cluster) => declaredEdit(scope, resourceParts(own))
      // One frame reads both the agents' advice and who has built the cluster.
      const [{ provenance }, built] = await Promise.all([readProvenance(scope.members), editOf(cluster)])
      return provenance === 'foreign' ? editOf(withoutDefaults(cluster)) : built
    },
    earlier: {
      role: 'pacemaker',
      edit: async scope => declaredEdit(scope, optionParts(await declared(scope))),
    },
    after: async scope => resourcesStarted(scope, (await declared(scope)).resources),
  })
  return [
    free,
    known,
    ...scripts,
    push,
    ...(usesUtilization(cluster) || cluster.acls ? [declarationTakesEffect(cluster, [pacemakerTasks.runs, push])] : []),
    nothingForeign(cluster, [pacemakerTasks.runs, push]),
  ]
})
