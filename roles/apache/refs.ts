import { taskRef } from '../../runner/tasks/index.js'

/** The tasks of this role that other roles need. */
export const apacheTasks = { install: taskRef('apache', 'install apache2') }
