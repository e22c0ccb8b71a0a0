import type { Entries, GroupEntry } from './groups.js'

/** The tree of groups: every group is below `all`, and hosts of no other group are in `ungrouped`. */
export interface GroupTree {
  /** Groups in the order in which their variables apply, `all` first and the nearest last. */
  order: GroupEntry[]
  /** The hosts of each group, those of its children included, in the order of the inventory. */
  hosts: Map<string, string[]>
  /** The groups around each host, in the same order as `order`. */
  around: Map<string, GroupEntry[]>
}

/** Orders the groups. Throws an InventoryError if a group is below itself. */
export function orderGroups({ groups, hosts }: Entries): GroupTree {
  const depths = new Map<string, number>()
  const members = new Map<string, Set<string>>()

  /** Ansible's depth: the longest path from `all`. This also detects loops. */
  function setDepth(group: GroupEntry, depth: number, above: string[]): void {
    // A group of at least this depth needs no second visit; in a loop the depth only grows.
    if ((depths.get(group.name) ?? -1) >= depth) return
    depths.set(group.name, depth)
    for (const [name, origin] of group.children) {
      if (name === 'all' || name === group.name || above.includes(name)) {
        throw origin.error(`group "${name}" is below itself: ${[...above, group.name, name].join(' > ')}`)
      }
      setDepth(groups.get(name)!, depth + 1, [...above, group.name])
    }
  }

  function membersOf(group: GroupEntry): Set<string> {
    const known = members.get(group.name)
    if (known) return known
    const all = new Set(group.hosts)
    members.set(group.name, all)
    for (const name of group.children.keys()) for (const host of membersOf(groups.get(name)!)) all.add(host)
    return all
  }

  for (const group of groups.values()) if (group.name !== 'all') setDepth(group, 1, [])
  depths.set('all', 0)
  const all = groups.get('all')
  for (const [name, origin] of all?.children ?? []) {
    if (name === 'all') throw origin.error('group "all" is below itself')
  }

  const grouped = new Set<string>()
  for (const group of groups.values()) {
    if (group.name !== 'all' && group.name !== 'ungrouped') {
      for (const host of membersOf(group)) grouped.add(host)
    }
  }
  const names = [...hosts.keys()]
  const inOrder = new Map(
    [...groups.values()].map(group => [group.name, names.filter(name => membersOf(group).has(name))]),
  )
  inOrder.set('all', names)
  inOrder.set(
    'ungrouped',
    names.filter(name => !grouped.has(name)),
  )

  const order = [...groups.values()].sort(
    (a, b) => depths.get(a.name)! - depths.get(b.name)! || priority(a) - priority(b) || (a.name < b.name ? -1 : 1),
  )
  const around = new Map<string, GroupEntry[]>(names.map(name => [name, []]))
  for (const group of order) for (const name of inOrder.get(group.name)!) around.get(name)!.push(group)
  return { order, hosts: inOrder, around }
}

/** For groups of the same depth, the higher `ansible_group_priority` takes precedence in Ansible, then the later name. */
function priority(group: GroupEntry): number {
  return Number(group.vars.get('ansible_group_priority')?.value ?? 1)
}
