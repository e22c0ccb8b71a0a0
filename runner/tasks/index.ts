/**
 * What the author of a role imports: tasks and their results, waits, and the building blocks. `role`, `clusterTask`,
 * `assertion` and `trial` are in runner/cluster/role.ts, because their tasks get the declared cluster.
 */
export type { Difference } from './difference.js'
export { guard, onSupporting, skip, task, taskRef, warn } from './task.js'
export type {
  Assertion,
  ClusterGuard,
  ClusterTask,
  Finding,
  Headline,
  NodeGuard,
  NodeTask,
  TaskRef,
  Trial,
  Verdict,
  Warn,
} from './task.js'
export type { ClusterScope, NodeScope, TrialScope } from './scope.js'
export { retryUntilReachable } from './retry-until-reachable.js'
export { until } from './until.js'

export { block } from './block.js'
export { command } from './command.js'
export { directory, symbolicLink } from './directory.js'
export { download } from './download.js'
export { dropIn } from './drop-in.js'
export { file } from './file.js'
export { hold } from './hold.js'
export { keepOriginal } from './keep-original.js'
export { line } from './line.js'
export { packages, packagesBy } from './packages.js'
export { service } from './service.js'
export { timer } from './timer.js'
export { group, user } from './user.js'
export { wait } from './wait.js'
