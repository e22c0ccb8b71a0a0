import type * as z from 'zod'
import type { Cluster, Node } from '../cluster/declaration/declaration.js'
import type { Task } from '../tasks/task.js'

/** A node of a cluster, on which the tasks of a role run. */
export interface NodePlace<Vars> {
  /** What the inventory declares about the node's cluster. */
  cluster: Cluster
  node: Node
  /** The node's variables from the inventory, as the role's schema returns them. */
  vars: Vars
}

/** A host that belongs to no cluster. */
export interface HostPlace<Vars> {
  cluster: undefined
  node: Pick<Node, 'name' | 'connection'>
  vars: Vars
}

/** Where the tasks of a role of the user's run. */
export type Place<Vars> = NodePlace<Vars> | HostPlace<Vars>

/** Tasks of one node, or of its cluster as a whole. */
export type RoleTask = Exclude<Task<Node>, { scope: 'trial' }>

/** A role of the user's, as its file exports it by default. */
export interface UserRole<Vars = unknown> {
  name: string
  /** Checks the variables that it uses; left out if it uses none. */
  vars?: z.ZodObject
  /** It also runs on hosts that belong to no cluster. */
  anywhere?: boolean
  tasks(place: Place<Vars>): RoleTask[]
}

/** The variables that a schema returns; none without one. */
type Vars<Schema> = Schema extends z.ZodObject ? z.output<Schema> : Record<string, never>

/**
 * A role: its tasks in the order in which they run. Every node of a cluster has the same tasks; only their values differ.
 *
 * ```ts
 * export default role('motd', { vars: z.object({ greeting: z.string().default('Hello') }) }, ({ node, vars }) => [
 *   file('/etc/motd', { content: `${vars.greeting} from ${node.name}\n` }),
 * ])
 * ```
 *
 * @param options - `vars`: the schema of its variables. `anywhere`: it also runs on hosts that belong to no cluster; there, `cluster`
 *   is undefined.
 */
export function role(name: string, tasks: (place: NodePlace<unknown>) => RoleTask[]): UserRole
export function role<Schema extends z.ZodObject | undefined = undefined>(
  name: string,
  options: { vars?: Schema; anywhere: true },
  tasks: (place: Place<Vars<Schema>>) => RoleTask[],
): UserRole
export function role<Schema extends z.ZodObject | undefined = undefined>(
  name: string,
  options: { vars?: Schema; anywhere?: false },
  tasks: (place: NodePlace<Vars<Schema>>) => RoleTask[],
): UserRole
export function role<V>(
  name: string,
  first: ((place: NodePlace<V>) => RoleTask[]) | { vars?: z.ZodObject | undefined; anywhere?: boolean },
  second?: UserRole<V>['tasks'] | ((place: NodePlace<V>) => RoleTask[]),
): UserRole<V> {
  const [tasks, options] = typeof first === 'function' ? [first, {}] : [second, first]
  if (typeof tasks !== 'function') throw new TypeError(`role "${name}" has no function that returns its tasks`)
  const { vars, anywhere } = options
  // Without `anywhere`, its tasks are made for nodes of clusters only (runner/user-roles/loader.ts).
  return { name, ...(vars && { vars }), ...(anywhere && { anywhere }), tasks }
}
