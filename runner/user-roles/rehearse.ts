import type { Node } from '../cluster/declaration/declaration.js'
import { RoleError } from '../errors.js'
import type { ClusterLike } from '../tasks/member.js'
import type { Role } from '../tasks/role.js'
import { shown } from './position.js'

/**
 * Makes the tasks of a role for all nodes, as the run will.
 *
 * @throws RoleError if that fails, if a node has other tasks than the first one, or if a task needs one that is not in the list.
 */
export function rehearse<C extends ClusterLike<Node>>(
  role: Role<C, Node>,
  cluster: C,
  nodes: Node[],
  file: string,
): void {
  const [first, ...others] = nodes.map(node => ({ node, tasks: role.tasks({ cluster, node }) }))
  if (!first) return
  const names = first.tasks.map(({ name }) => name)
  for (const { node, tasks } of others) {
    const own = tasks.map(({ name }) => name)
    const longer = own.length > names.length ? own : names
    const at = longer.findIndex((_, index) => names[index] !== own[index])
    if (at < 0) continue
    throw new RoleError(
      `${shown(file)}: task ${at + 1} is ${quoted(names[at])} for ${first.node.name}, and ${quoted(own[at])} for ${node.name}`,
      {
        hint: 'Every node has the same tasks. A task that does not apply to a node returns skip(REASON) from its check.',
      },
    )
  }
  for (const task of first.tasks) {
    const needs = task.scope === 'node' || task.scope === 'cluster' ? (task.needs ?? []) : []
    const unknown = needs.find(need => (need.role ?? role.name) === role.name && !names.includes(need.name))
    if (unknown)
      throw new RoleError(`${shown(file)}: "${task.name}" needs "${unknown.name}", which is not in the list of tasks`)
  }
}

function quoted(name: string | undefined): string {
  return name === undefined ? 'missing' : `"${name}"`
}
