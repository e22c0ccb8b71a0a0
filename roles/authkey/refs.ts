import { runsItsFiles } from '../../runner/cluster/rollout/load.js'
import { taskRef } from '../../runner/tasks/index.js'

/** The tasks of this role that other roles need. */
export const authkeyTasks = { runsItsFiles: taskRef('authkey', runsItsFiles) }
