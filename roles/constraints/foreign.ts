import { foreignSkipReason } from '../../runner/cluster/adoption/foreign-cluster.js'
import { readProvenance } from '../../runner/cluster/adoption/provenance.js'
import { foreignObjects } from '../../runner/cluster/cib/cib.js'
import { readCib } from '../../runner/cluster/cib/read.js'
import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import { clusterGuard } from '../../runner/cluster/role.js'
import { skip, warn, type ClusterGuard, type TaskRef } from '../../runner/tasks/index.js'

/** Reports what somebody else has added to the CIB, and keeps it. With `--purge`, the task before this one has removed it. */
export function nothingForeign(cluster: Cluster, needs: readonly TaskRef[]): ClusterGuard<Node> {
  return clusterGuard('nothing but what is declared', {
    needs,
    tolerant: true,
    async check(scope) {
      const [{ provenance }, cib] = await Promise.all([readProvenance(scope.members), readCib(scope)])
      if (provenance === 'foreign') return skip(foreignSkipReason)
      const foreign = foreignObjects(cib, cluster)
      if (foreign.length === 0 || scope.consent.purge) return []
      const labels = foreign.map(
        ({ kind, id, isLeftover }) =>
          `${kind} ${id}${isLeftover ? ' (left by a move or ban: `crm_resource --clear` removes it)' : ''}`,
      )
      return warn(
        `not declared, and kept: ${labels.join(', ')}; --purge removes ${foreign.length === 1 ? 'it' : 'them'}`,
      )
    },
  })
}
