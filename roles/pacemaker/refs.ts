import { taskRef } from '../../runner/tasks/index.js'

/** The tasks of this role that other roles need. */
export const pacemakerTasks = { runs: taskRef('pacemaker', 'pacemaker runs, with a DC') }
