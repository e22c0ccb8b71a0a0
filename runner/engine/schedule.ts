import type { ClusterLike, NodeLike } from '../tasks/member.js'
import type { Role } from '../tasks/role.js'
import type { Assertion, ClusterGuard, ClusterTask, NodeGuard, NodeTask, Task, TaskRef, Trial } from '../tasks/task.js'

/** A role to run on some nodes of a cluster. */
export interface Step<C extends ClusterLike, N extends NodeLike = C['nodes'][number]> {
  role: Role<C, N>
  /** Names of the selected nodes. */
  selected: Set<string>
}

interface Scheduled {
  role: string
  name: string
  /** From 1, of `count` in its role. */
  index: number
  count: number
  /** Names of the selected nodes. */
  selected: Set<string>
  /** Names of the hosts that its role works on although they are no members. */
  supporting: ReadonlySet<string>
}

export interface ScheduledNodeTask extends Scheduled {
  scope: 'node'
  /** Each node's own task, by the node's name: that of each member, or of each supporting host. */
  tasks: ReadonlyMap<string, NodeTask | NodeGuard>
  oneAtATime: boolean
}

export interface ScheduledClusterTask<N extends NodeLike> extends Scheduled {
  scope: 'cluster'
  task: ClusterTask<N> | ClusterGuard<N>
}

export interface ScheduledAssertion<N extends NodeLike> extends Scheduled {
  scope: 'assertion'
  task: Assertion<N>
}

export interface ScheduledTrial<N extends NodeLike> extends Scheduled {
  scope: 'trial'
  task: Trial<N>
}

/** One task of a run: once for each node, or once for the cluster. */
export type ScheduledTask<N extends NodeLike> =
  | ScheduledNodeTask
  | ScheduledClusterTask<N>
  | ScheduledAssertion<N>
  | ScheduledTrial<N>

/** Puts the tasks of a cluster's steps in the order in which they run. */
export function schedule<C extends ClusterLike<N>, N extends NodeLike>(
  cluster: C,
  steps: Step<C, N>[],
): ScheduledTask<N>[] {
  const scheduled = steps.flatMap(step => stepTasks(cluster, step))
  refuseUnknownNeeds(scheduled)
  return moveLateTasks(scheduled)
}

function stepTasks<C extends ClusterLike<N>, N extends NodeLike>(
  cluster: C,
  { role, selected }: Step<C, N>,
): ScheduledTask<N>[] {
  const supporting = new Set(role.supporting?.(cluster))
  const lists = [...cluster.nodes, ...supporting].map(node => ({ node, tasks: role.tasks({ cluster, node }) }))
  const [first] = lists
  return (
    first?.tasks.map((task, at): ScheduledTask<N> => {
      const { name } = task
      const others = lists.map(({ node, tasks }) => ({ node, task: tasks[at], count: tasks.length }))
      if (others.some(other => other.task?.name !== name || other.count !== first.tasks.length)) {
        throw new Error(`role ${role.name} has other tasks for some nodes: every node must have "${name}"`)
      }
      const place: Scheduled = {
        role: role.name,
        name,
        index: at + 1,
        count: first.tasks.length,
        selected,
        supporting: new Set([...supporting].map(host => host.name)),
      }
      if (task.scope === 'node') {
        const own = others.flatMap(other =>
          other.task?.scope === 'node' && supporting.has(other.node) === (task.supporting ?? false)
            ? [[other.node.name, other.task] as const]
            : [],
        )
        return { ...place, scope: 'node', tasks: new Map(own), oneAtATime: task.oneAtATime ?? false }
      }
      if (task.scope === 'cluster') return { ...place, scope: 'cluster', task }
      if (task.scope === 'assertion') return { ...place, scope: 'assertion', task }
      return { ...place, scope: 'trial', task }
    }) ?? []
  )
}

/** Whether a task is for a host, and the host is selected. */
export function isFor<N extends NodeLike>(scheduled: ScheduledTask<N>, host: string): boolean {
  return scheduled.selected.has(host) && (scheduled.scope !== 'node' || scheduled.tasks.has(host))
}

/** A node's own task. */
export function taskOf({ role, name, tasks }: ScheduledNodeTask, node: string): NodeTask | NodeGuard {
  const task = tasks.get(node)
  if (!task) throw new Error(`"${role}: ${name}" is no task of ${node}`)
  return task
}

function tasksIn<N extends NodeLike>(scheduled: ScheduledTask<N>): Task<N>[] {
  return scheduled.scope === 'node' ? [...scheduled.tasks.values()] : [scheduled.task]
}

/** Puts tasks that no other task needs behind all others, but before the assertions at the end. */
function moveLateTasks<N extends NodeLike>(scheduled: ScheduledTask<N>[]): ScheduledTask<N>[] {
  const isLate = (one: ScheduledTask<N>) => tasksIn(one).some(task => task.scope === 'node' && task.late)
  const others = scheduled.filter(one => !isLate(one))
  const end = others.findLastIndex(({ scope }) => scope !== 'assertion') + 1
  return [...others.slice(0, end), ...scheduled.filter(isLate), ...others.slice(end)]
}

/** A need that is no task of this run would count as settled, and a plan would be wrong. Needs of roles that do not run are settled. */
function refuseUnknownNeeds<N extends NodeLike>(scheduled: ScheduledTask<N>[]): void {
  const names = new Set(scheduled.map(({ role, name }) => `${role}: ${name}`))
  const roles = new Set(scheduled.map(({ role }) => role))
  for (const one of scheduled) {
    for (const need of tasksIn(one).flatMap(needsOf)) {
      const { role = one.role, name } = need
      if (roles.has(role) && !names.has(`${role}: ${name}`))
        throw new Error(`"${one.role}: ${one.name}" needs "${role}: ${name}", which is no task of this run`)
    }
  }
}

function needsOf<N extends NodeLike>(task: Task<N>): readonly TaskRef[] {
  return task.scope === 'node' || task.scope === 'cluster' ? (task.needs ?? []) : []
}

/** Tasks that run without waiting for other nodes in between: a list of node tasks, one task of the cluster, or assertions that must hold together. */
export type Stage<N extends NodeLike> =
  | { scope: 'node'; tasks: ScheduledNodeTask[]; selected: Set<string>; oneAtATime: boolean }
  | { scope: 'cluster'; task: ScheduledClusterTask<N> }
  | { scope: 'assertion'; tasks: [ScheduledAssertion<N>, ...ScheduledAssertion<N>[]]; selected: Set<string> }
  | { scope: 'trial'; task: ScheduledTrial<N> }

/** Cuts a schedule at the tasks before which all nodes must have finished: those of the cluster, and those for one node at a time. */
export function stages<N extends NodeLike>(scheduled: ScheduledTask<N>[]): Stage<N>[] {
  const all: Stage<N>[] = []
  for (const task of scheduled) {
    const last = all.at(-1)
    const isSameSelection = last !== undefined && 'selected' in last && last.selected === task.selected
    if (task.scope === 'node') {
      const { oneAtATime, selected } = task
      if (isSameSelection && last.scope === 'node' && !last.oneAtATime && !oneAtATime) last.tasks.push(task)
      else all.push({ scope: 'node', tasks: [task], selected, oneAtATime })
    } else if (task.scope === 'assertion') {
      if (isSameSelection && last.scope === 'assertion') last.tasks.push(task)
      else all.push({ scope: 'assertion', tasks: [task], selected: task.selected })
    } else if (task.scope === 'cluster') {
      all.push({ scope: 'cluster', task })
    } else {
      all.push({ scope: 'trial', task })
    }
  }
  return all
}
