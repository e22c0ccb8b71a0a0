import type { ClusterLike, NodeLike } from '../tasks/member.js'
import type { Role } from '../tasks/role.js'
import type { Task } from '../tasks/task.js'

/** A role to run for some nodes of a cluster. */
export interface Step<C extends ClusterLike, N extends NodeLike = C['nodes'][number]> {
  role: Role<C, N>
  /** Names of the selected nodes. */
  selected: Set<string>
}

/** One task of a run at its place: the same for all nodes, or once for the cluster. */
export interface ScheduledTask<N extends NodeLike> {
  role: string
  name: string
  /** From 1, of `count` in its role. */
  index: number
  count: number
  scope: Task<N>['scope']
  /** What an assertion proves, in a plain sentence. */
  meaning?: string | undefined
  /** Whether a task of the nodes is for one of them at a time. */
  oneAtATime: boolean
  selected: Set<string>
  /** The node's own task; for a cluster's task, any node's will do. */
  of: (node: string) => Task<N>
}

/** Lays a cluster's steps out in the order in which their tasks run. */
export function schedule<C extends ClusterLike<N>, N extends NodeLike>(cluster: C, steps: Step<C, N>[]): ScheduledTask<N>[] {
  const scheduled = steps.flatMap(({ role, selected }) => {
    const lists = new Map(cluster.nodes.map(node => [node.name, role.tasks({ cluster, node })]))
    const [first = []] = lists.values()
    return first.map((task, at) => {
      const { name, scope } = task
      const oneAtATime = scope === 'node' && task.oneAtATime === true
      for (const list of lists.values()) {
        if (list.length !== first.length || list[at]!.name !== name) {
          throw new Error(`role ${role.name} has other tasks for some nodes: every node must have "${name}"`)
        }
      }
      return { role: role.name, name, index: at + 1, count: first.length, scope, ...'meaning' in task && { meaning: task.meaning }, oneAtATime, selected, of: (node: string) => lists.get(node)![at]! }
    })
  })
  const [{ name }] = cluster.nodes as [N]
  refuseUnknownNeeds(scheduled, name)
  return lateLast(scheduled, name)
}

/** Puts what no other task needs behind all others, but before the assertions at the end. */
function lateLast<N extends NodeLike>(scheduled: ScheduledTask<N>[], node: string): ScheduledTask<N>[] {
  const isLate = ({ of }: ScheduledTask<N>) => {
    const task = of(node)
    return 'late' in task && task.late === true
  }
  const others = scheduled.filter(slot => !isLate(slot))
  const end = others.findLastIndex(({ scope }) => scope !== 'assertion') + 1
  return [...others.slice(0, end), ...scheduled.filter(isLate), ...others.slice(end)]
}

/** A need that names no task would count as settled for ever, and plans would guess. */
function refuseUnknownNeeds<N extends NodeLike>(scheduled: ScheduledTask<N>[], node: string): void {
  const names = new Set(scheduled.map(({ role, name }) => `${role}: ${name}`))
  const roles = new Set(scheduled.map(({ role }) => role))
  for (const { role, name, of } of scheduled) {
    const task = of(node)
    for (const need of 'needs' in task ? task.needs ?? [] : []) {
      const [owner = ''] = need.split(': ', 1)
      const isOfThisRun = need.includes(': ') ? roles.has(owner) : true
      if (isOfThisRun && !names.has(need) && !names.has(`${role}: ${need}`)) {
        throw new Error(`"${role}: ${name}" needs "${need}", and no task of this run is called that`)
      }
    }
  }
}

/**
 * Cuts a layout where all nodes must have arrived: around every task that is done once for the cluster, or on one node
 * at a time. Assertions that follow each other stay together, since they are to hold together.
 */
export function stages<N extends NodeLike>(scheduled: ScheduledTask<N>[]): ScheduledTask<N>[][] {
  const cut: ScheduledTask<N>[][] = []
  for (const slot of scheduled) {
    const last = cut.at(-1)
    if (last?.[0] && goTogether(last[0], slot)) last.push(slot)
    else cut.push([slot])
  }
  return cut
}

function goTogether<N extends NodeLike>(one: ScheduledTask<N>, next: ScheduledTask<N>): boolean {
  if (one.selected !== next.selected) return false
  return (isParallel(one) && isParallel(next)) || (one.scope === 'assertion' && next.scope === 'assertion')
}

function isParallel<N extends NodeLike>({ scope, oneAtATime }: ScheduledTask<N>): boolean {
  return scope === 'node' && !oneAtATime
}
