import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import { judgeNames, refuseProblems, warningOf } from '../../runner/cluster/names/judge-names.js'
import { partsOf, type JudgedPart } from '../../runner/cluster/names/names-to-judge.js'
import { clusterGuard } from '../../runner/cluster/role.js'
import { warn, type ClusterGuard, type TaskRef } from '../../runner/tasks/index.js'

/**
 * Before the declared names come into the CIB, those who will read them are asked whether they know them: Pacemaker ignores a property with a
 * typing error. On nodes that have Pacemaker already, the run has refused errors before its first change. An agent that another role installs
 * is asked by the later of these guards.
 *
 * @param part - of which the guard reports warnings. Errors in all that the run applies stop it.
 */
export function namesAreKnown(
  name: string,
  cluster: Cluster,
  { needs, part }: { needs: readonly TaskRef[]; part: JudgedPart },
): ClusterGuard<Node> {
  return clusterGuard(name, {
    needs,
    tolerant: true,
    async check({ leader, roles }) {
      const problems = await judgeNames(cluster.explicit, partsOf(roles), leader)
      refuseProblems(cluster, problems)
      const text = warningOf(problems, part)
      return text === undefined ? [] : warn(text)
    },
  })
}
