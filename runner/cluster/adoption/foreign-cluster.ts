import { skip, type ClusterTask, type NodeTask, type Verdict } from '../../tasks/task.js'
import type { Cluster, DeclaredFencing, Node } from '../declaration/declaration.js'
import type { ClusterMember, Scope } from '../members.js'
import { nodeProvenance, readProvenance } from './provenance.js'

/** How declarations and tasks change for a cluster that somebody else built: ha-run's defaults do not apply there. */

/** The declaration without ha-run's defaults. */
export function withoutDefaults(cluster: Cluster): Cluster {
  const { corosync: _, page, fencing, ...explicit } = cluster.explicit
  return {
    ...cluster,
    ...explicit,
    page: page ?? '',
    fencing: typeof cluster.fencing === 'string' ? cluster.fencing : withDelay(cluster.fencing, fencing?.delay),
    foreign: true,
  }
}

function withDelay(declared: DeclaredFencing, delay: string | undefined): DeclaredFencing {
  const { delay: _, ...fencing } = declared
  return { ...fencing, ...(delay !== undefined && { delay }) }
}

/** The declaration that applies to the running cluster: without the defaults if somebody else built it. */
export async function effectiveDeclaration(members: ClusterMember[], cluster: Cluster): Promise<Cluster> {
  return (await readProvenance(members)).provenance === 'foreign' ? withoutDefaults(cluster) : cluster
}

/**
 * A check of the effective declaration. The provenance and the check of a managed cluster are read in one round trip.
 */
export function withEffectiveDeclaration(
  cluster: Cluster,
  check: (cluster: Cluster) => (scope: Scope) => Promise<Verdict>,
): (scope: Scope) => Promise<Verdict> {
  const [managed, foreign] = [check(cluster), check(withoutDefaults(cluster))]
  return async scope => {
    const [{ provenance }, verdict] = await Promise.all([readProvenance(scope.members), deferError(managed(scope))])
    return provenance === 'foreign' ? foreign(scope) : verdict()
  }
}

/** Why a task that only applies a default is skipped. */
export const foreignSkipReason = 'kept as it was found'

/** Skips a task that only applies a default if somebody else built the cluster. */
export function unlessForeign(task: NodeTask): NodeTask {
  return {
    ...task,
    check: async scope => {
      // Both are read in one round trip.
      const [{ provenance }, finding] = await Promise.all([scope.read(nodeProvenance), deferError(task.check(scope))])
      return provenance === 'foreign' ? skip(foreignSkipReason) : finding()
    },
  }
}

/** The same for a task of the cluster. */
export function clusterTaskUnlessForeign(task: ClusterTask<Node>): ClusterTask<Node> {
  return {
    ...task,
    check: async scope => {
      const [{ provenance }, finding] = await Promise.all([
        readProvenance(scope.members),
        deferError(task.check(scope)),
      ])
      return provenance === 'foreign' ? skip(foreignSkipReason) : finding()
    },
  }
}

/** Waits for a result and throws its error only once the result is asked for. */
async function deferError<T>(result: Promise<T>): Promise<() => T> {
  return result.then(
    value => () => value,
    (error: unknown) => () => {
      throw error
    },
  )
}
