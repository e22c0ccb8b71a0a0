import type { Role } from '../tasks/role.js'
import type { Assertion, ClusterGuard, ClusterTask, Task, Trial } from '../tasks/task.js'
import type { Cluster, Node } from './declaration/declaration.js'

export type ClusterRole = Role<Cluster, Node>

/**
 * A role, as a list of tasks that reads from top to bottom.
 *
 * ```ts
 * export default role('corosync', ({ cluster, node }) => [
 *   packages(['corosync']),
 *   task('corosync runs what its file says', { check: …, apply: … }),
 * ])
 * ```
 */
export function role(name: string, tasks: (place: { cluster: Cluster; node: Node }) => Task<Node>[]): ClusterRole {
  return { name, tasks }
}

/** A task that is done once for the cluster, with all its members at hand. */
export function clusterTask(name: string, work: Omit<ClusterTask<Node>, 'scope' | 'name'>): ClusterTask<Node> {
  return { scope: 'cluster', name, ...work }
}

/** A check of the cluster that stops the run there, and changes nothing. */
export function clusterGuard(name: string, work: Omit<ClusterGuard<Node>, 'scope' | 'name'>): ClusterGuard<Node> {
  return { scope: 'cluster', name, ...work }
}

/** Something that is done to the cluster and put back, to see what comes of it. */
export function trial(name: string, work: Omit<Trial<Node>, 'scope' | 'name'>): Trial<Node> {
  return { scope: 'trial', name, ...work }
}

/**
 * Something that must hold of the cluster.
 *
 * @param meaning - what it proves and why that matters, in a plain sentence.
 */
export function assertion(name: string, check: Assertion<Node>['check'], meaning?: string): Assertion<Node> {
  return { scope: 'assertion', name, ...meaning !== undefined && { meaning }, check }
}
