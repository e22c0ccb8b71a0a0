import type { Role } from '../tasks/role.js'
import type { Assertion, ClusterGuard, ClusterTask, Trial } from '../tasks/task.js'
import type { Cluster, Node } from './declaration/declaration.js'

export type ClusterRole = Role<Cluster, Node>

/**
 * A role: its tasks in the order in which they run.
 *
 * ```ts
 * export default role('corosync', ({ cluster }) => {
 *   const install = packages(['corosync'])
 *   return [install, service('corosync.service', { enabled: true, needs: [install] })]
 * })
 * ```
 *
 * @param options - `supporting`: the hosts that it works on although they are no members.
 */
export function role(
  name: string,
  tasks: ClusterRole['tasks'],
  options: Pick<ClusterRole, 'supporting'> = {},
): ClusterRole {
  return { name, tasks, ...options }
}

/** A task that runs once for the whole cluster, with access to all members. */
export function clusterTask(name: string, work: Omit<ClusterTask<Node>, 'scope' | 'name'>): ClusterTask<Node> {
  return { scope: 'cluster', name, ...work }
}

/** A check of the cluster that stops the run there, and changes nothing. */
export function clusterGuard(name: string, work: Omit<ClusterGuard<Node>, 'scope' | 'name'>): ClusterGuard<Node> {
  return { scope: 'cluster', name, ...work }
}

/** Changes the cluster temporarily, restores it, and reports what happened. */
export function trial(name: string, work: Omit<Trial<Node>, 'scope' | 'name'>): Trial<Node> {
  return { scope: 'trial', name, ...work }
}

/** A condition that the cluster must fulfil. @param meaning - what it proves and why that matters, as a sentence. */
export function assertion(name: string, check: Assertion<Node>['check'], meaning?: string): Assertion<Node> {
  return { scope: 'assertion', name, ...(meaning !== undefined && { meaning }), check }
}
