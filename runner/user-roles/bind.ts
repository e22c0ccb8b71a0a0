import type { Node } from '../cluster/declaration/declaration.js'
import type { OutsideHost } from '../cluster/declaration/outside-host.js'
import type { ClusterRole } from '../cluster/role.js'
import { RoleError } from '../errors.js'
import type { Place, RoleTask, UserRole } from '../public/role.js'
import type { Role } from '../tasks/role.js'
import type { RoleCode } from './code.js'
import { roleError, shown } from './position.js'

/** A role for a host that belongs to no cluster. */
export type HostRole = Role<OutsideHost, Node>

/** A role of the user's, loaded. */
export interface LoadedRole {
  role: UserRole
  file: string
  code: RoleCode
}

/**
 * The role as the engine runs it. Its errors name the place in its file. Nodes that are not selected are never worked on: they have
 * the tasks of a selected one, because a role may be for some nodes of a cluster only, and the others then lack its variables.
 *
 * @param variables - of each selected node, by its name.
 */
export function bindRole(loaded: LoadedRole, variables: ReadonlyMap<string, unknown>): ClusterRole {
  return {
    name: loaded.role.name,
    tasks({ cluster, node }) {
      const stand = variables.has(node.name) ? node : cluster.nodes.find(({ name }) => variables.has(name))
      const worked = stand ?? node
      return tasksOf(loaded, { cluster, node: worked, vars: variables.get(worked.name) })
    },
  }
}

/**
 * The role as the engine runs it on a host that belongs to no cluster.
 *
 * @param vars - the host's variables.
 */
export function bindHostRole(loaded: LoadedRole, vars: unknown): HostRole {
  return {
    name: loaded.role.name,
    tasks({ node }) {
      const tasks = tasksOf(loaded, { cluster: undefined, node, vars })
      const ofCluster = tasks.find(({ scope }) => scope !== 'node')
      if (ofCluster) {
        throw new RoleError(
          `${shown(loaded.file)}: "${ofCluster.name}" is ${ofCluster.scope === 'assertion' ? 'an assertion about' : 'a task of'} a cluster, and ${node.name} belongs to none`,
          { hint: 'Leave it out of the list if "cluster" is undefined: ...(cluster ? [it] : []).' },
        )
      }
      return tasks
    },
  }
}

/** The tasks of a role at a place, whose errors name the place in its file. */
function tasksOf(loaded: LoadedRole, place: Place<unknown>): RoleTask[] {
  const { role, file, code } = loaded
  let tasks: unknown
  try {
    tasks = role.tasks(place)
  } catch (error) {
    throw roleError(error, file, code, `its tasks for ${place.node.name}`)
  }
  return checkedTasks(tasks, file).map(task => located(task, loaded))
}

/** @throws RoleError unless it is a list of tasks, each with a name of its own. */
function checkedTasks(tasks: unknown, file: string): RoleTask[] {
  if (!Array.isArray(tasks)) {
    const what = tasks instanceof Promise ? 'a promise' : tasks === undefined ? 'nothing' : typeof tasks
    throw new RoleError(`${shown(file)}: expected a list of tasks, got ${what}`, {
      hint: 'The function of a role returns its tasks at once; what a task reads from a node belongs in its check.',
    })
  }
  const names = new Set<string>()
  for (const [index, task] of tasks.entries()) {
    if (!isTask(task)) {
      throw new RoleError(`${shown(file)}: number ${index + 1} in the list of tasks is no task`, {
        hint: 'task(…), file(…) and the other functions that docs/roles.md lists make tasks; a list in the list needs "...".',
      })
    }
    if (names.has(task.name)) throw new RoleError(`${shown(file)}: two tasks are called "${task.name}"`)
    names.add(task.name)
  }
  return tasks
}

function isTask(value: unknown): value is RoleTask {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'scope' in value &&
    ['node', 'cluster', 'assertion'].includes(String(value.scope))
  )
}

/** The same task, whose errors name the place in the role's file. */
function located(task: RoleTask, { file, code }: LoadedRole): RoleTask {
  const functions = Object.entries(task).flatMap(([key, value]) => {
    if (typeof value !== 'function') return []
    const located = async (...args: unknown[]): Promise<unknown> => {
      try {
        return await Reflect.apply(value, task, args)
      } catch (error) {
        throw roleError(error, file, code, `"${task.name}"`)
      }
    }
    return [[key, located]]
  })
  return { ...task, ...Object.fromEntries(functions) }
}
