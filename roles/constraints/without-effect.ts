import { declaredWithoutEffect } from '../../runner/cluster/cib/without-effect.js'
import { readCib } from '../../runner/cluster/cib/read.js'
import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import { clusterGuard } from '../../runner/cluster/role.js'
import { warn, type ClusterGuard, type TaskRef } from '../../runner/tasks/index.js'

/** Warns of what Pacemaker ignores, or cannot do, with the properties that the CIB has. */
export function declarationTakesEffect(cluster: Cluster, needs: readonly TaskRef[]): ClusterGuard<Node> {
  return clusterGuard('what is declared takes effect', {
    needs,
    tolerant: true,
    async check(scope) {
      const ignored = declaredWithoutEffect(await readCib(scope), cluster)
      return ignored.length === 0 ? [] : warn(ignored.join('; '))
    },
  })
}
