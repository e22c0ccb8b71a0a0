import type { ClusterLike, NodeLike } from './member.js'
import type { Role } from './role.js'
import type { Task } from './task.js'

/** A role to run for some nodes of a cluster. */
export interface Step<C extends ClusterLike, N extends NodeLike = C['nodes'][number]> {
  role: Role<C, N>
  /** Names of the selected nodes. */
  selected: Set<string>
}

/** One task of a run at its place: the same for all nodes, or once for the cluster. */
export interface Slot<N extends NodeLike> {
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
export function layOut<C extends ClusterLike<N>, N extends NodeLike>(cluster: C, steps: Step<C, N>[]): Slot<N>[] {
  const slots = steps.flatMap(({ role, selected }) => {
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
  refuseUnknownNeeds(slots, name)
  return lateLast(slots, name)
}

/** Puts what no other task needs behind all others, but before the assertions at the end. */
function lateLast<N extends NodeLike>(slots: Slot<N>[], node: string): Slot<N>[] {
  const isLate = ({ of }: Slot<N>) => {
    const task = of(node)
    return 'late' in task && task.late === true
  }
  const others = slots.filter(slot => !isLate(slot))
  const end = others.findLastIndex(({ scope }) => scope !== 'assertion') + 1
  return [...others.slice(0, end), ...slots.filter(isLate), ...others.slice(end)]
}

/** A need that names no task would count as settled for ever, and plans would guess. */
function refuseUnknownNeeds<N extends NodeLike>(slots: Slot<N>[], node: string): void {
  const names = new Set(slots.map(({ role, name }) => `${role}: ${name}`))
  const roles = new Set(slots.map(({ role }) => role))
  for (const { role, name, of } of slots) {
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
export function segments<N extends NodeLike>(slots: Slot<N>[]): Slot<N>[][] {
  const cut: Slot<N>[][] = []
  for (const slot of slots) {
    const last = cut.at(-1)
    if (last?.[0] && goTogether(last[0], slot)) last.push(slot)
    else cut.push([slot])
  }
  return cut
}

function goTogether<N extends NodeLike>(one: Slot<N>, next: Slot<N>): boolean {
  if (one.selected !== next.selected) return false
  return (isParallel(one) && isParallel(next)) || (one.scope === 'assertion' && next.scope === 'assertion')
}

function isParallel<N extends NodeLike>({ scope, oneAtATime }: Slot<N>): boolean {
  return scope === 'node' && !oneAtATime
}
