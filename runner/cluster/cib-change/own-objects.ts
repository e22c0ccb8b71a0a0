import { TaskError, UsageError } from '../../errors.js'
import type { ClusterTask, TaskRef } from '../../tasks/task.js'
import { roleOwner } from '../cib/owner.js'
import type { Cluster, Node } from '../declaration/declaration.js'
import { readOwnObjects, type OwnObjects } from '../declaration/own-objects.js'
import type { ClusterMember } from '../members.js'
import { judgeNames } from '../names/judge-names.js'
import { constraintsTasks, pacemakerTasks } from '../task-refs.js'
import { cibTask, declaredEdit } from './cib-task.js'
import { resourcesStarted } from './resources-started.js'

export interface CibObjectsOptions extends OwnObjects {
  /** The cluster, as the role has it. */
  cluster: Cluster
  needs?: readonly TaskRef[]
}

/**
 * Resources and constraints of a role's own, in the form that they have in the inventory. They are compared with the CIB, forecast, and
 * owned under this name: what is no longer declared under it is removed. The inventory's own resources and constraints, and what
 * somebody else has made, stay.
 *
 * ```ts
 * cibObjects('backup', { cluster, resources: { Backup: { agent: 'systemd:backup' } } })
 * ```
 *
 * @param name - of these objects, in the CIB: another one for each use in a cluster.
 */
export function cibObjects(name: string, { cluster, needs = [], ...objects }: CibObjectsOptions): ClusterTask<Node> {
  if (!/^[A-Za-z][\w-]{0,30}$/.test(name))
    throw new UsageError(`not a name of up to 31 letters, digits, "_" and "-" for objects of the CIB: ${name}`)
  const declared = readOwnObjects(cluster, objects)
  const owner = roleOwner(name)
  return cibTask(`resources and constraints of ${name}`, {
    needs: [pacemakerTasks.runs, constraintsTasks.push, ...needs],
    owner,
    edit: async scope => {
      await refuseUnknownNames(declared, scope.leader)
      return declaredEdit(scope, declared, { owner })
    },
    after: async scope => resourcesStarted(scope, declared.resources),
  })
}

/** @throws TaskError for a meta attribute or a parameter that is probably misspelt. */
async function refuseUnknownNames({ resources }: Pick<Cluster, 'resources'>, leader: ClusterMember): Promise<void> {
  const declared = { resources, properties: {}, resourceDefaults: {}, operationDefaults: {} }
  const problems = await judgeNames(declared, ['resources'], leader)
  const error = problems.find(({ severity }) => severity === 'error')
  if (error) throw new TaskError(`${error.path.join('.')}: ${error.message}`, { hint: error.hint })
}
