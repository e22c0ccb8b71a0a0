import { taskRef } from '../tasks/task.js'

/** Tasks of roles on which tasks outside of them depend. */

export const pacemakerTasks = { runs: taskRef('pacemaker', 'pacemaker runs, with a DC') }

export const constraintsTasks = { push: taskRef('constraints', 'resources and constraints') }
