import type { ClusterLike, NodeLike } from './member.js'
import type { Task } from './task.js'

/**
 * A part of a site, as a list of tasks for each node of a cluster. All nodes of a cluster have the same tasks in the same order;
 * only their values differ. A task of the cluster is in every node's list and runs once.
 */
export interface Role<C extends ClusterLike = ClusterLike, N extends NodeLike = C['nodes'][number]> {
  name: string
  tasks(place: { cluster: C; node: N }): Task<N>[]
  /**
   * The hosts that it works on although they are no members of the cluster. They have the tasks that are marked as theirs
   * (`onSupporting`). If one of them cannot be worked on, no further task of the role runs, and other roles go on.
   */
  supporting?(cluster: C): N[]
}
