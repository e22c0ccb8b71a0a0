import { confPath } from '../../runner/cluster/corosync/files.js'
import { runsItsFiles } from '../../runner/cluster/rollout/load.js'
import { taskRef } from '../../runner/tasks/index.js'

/** The tasks of this role that other roles need. */
export const corosyncTasks = {
  install: taskRef('corosync', 'install corosync'),
  noDefaultCluster: taskRef('corosync', 'no default cluster'),
  write: taskRef('corosync', `write ${confPath}`),
  runsItsFiles: taskRef('corosync', runsItsFiles),
}
