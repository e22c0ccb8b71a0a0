import { skip, type ClusterTask, type NodeTask, type Verdict } from '../../tasks/task.js'
import type { Cluster, Node } from '../declaration/declaration.js'
import type { ClusterMember, Scope } from '../members.js'
import { nodeStanding, standingOf } from './standing.js'

/** What a declaration and its tasks come to in a cluster that was found: defaults do not count there. */

/** What a cluster is declared to be where its defaults do not count, since it was found. */
export function asFound(cluster: Cluster): Cluster {
  const { corosync: _, page, ...explicit } = cluster.explicit
  return { ...cluster, ...explicit, page: page ?? '', found: true }
}

/** The declaration that counts for the cluster as it stands. */
export async function standingDeclaration(members: ClusterMember[], cluster: Cluster): Promise<Cluster> {
  return (await standingOf(members)).standing === 'found' ? asFound(cluster) : cluster
}

/** A check of the declaration that counts for the cluster as it stands; both are asked in one breath. */
export function asItStands(cluster: Cluster, check: (cluster: Cluster) => (scope: Scope) => Promise<Verdict>): (scope: Scope) => Promise<Verdict> {
  const [built, found] = [check(cluster), check(asFound(cluster))]
  return async scope => {
    const [{ standing }, verdict] = await Promise.all([standingOf(scope.members), settled(built(scope))])
    return standing === 'found' ? found(scope) : verdict()
  }
}

const kept = 'kept as it was found'

/** A task that is a default's: on a node of a cluster that was found, nobody has asked for it. */
export function unlessFound(task: NodeTask): NodeTask {
  return {
    ...task,
    check: async scope => {
      // Asked in one breath.
      const [{ standing }, finding] = await Promise.all([scope.read(nodeStanding), settled(task.check(scope))])
      return standing === 'found' ? skip(kept) : finding()
    },
  }
}

/** The same for a task of the cluster. */
export function unlessFoundAtAll(task: ClusterTask<Node>): ClusterTask<Node> {
  return {
    ...task,
    check: async scope => {
      const [{ standing }, finding] = await Promise.all([standingOf(scope.members), settled(task.check(scope))])
      return standing === 'found' ? skip(kept) : finding()
    },
  }
}

/** Waits for an answer whose error may turn out not to matter. */
async function settled<T>(answer: Promise<T>): Promise<() => T> {
  return answer.then(value => () => value, (error: unknown) => () => { throw error })
}
