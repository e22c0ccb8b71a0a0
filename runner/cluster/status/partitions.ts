import type { PollResult } from '../../engine/node-poller.js'
import type { Cluster, Node } from '../declaration/declaration.js'
import type { View } from './view.js'

export type NodePoll = PollResult<Node, View>

/** A node that has answered. */
export interface Seen {
  name: string
  view: View
}

/** Those that have answered, in the inventory's order. What one says as a member of another cluster is no word on this one. */
export function seenIn(cluster: Cluster, sights: NodePoll[]): Seen[] {
  return sights.flatMap(({ node: { name }, seen }) => seen ? [{ name, view: isElsewhere(cluster, seen) ? { ...seen, quorum: undefined, links: undefined, state: undefined } : seen }] : [])
}

/** Whether a node's Corosync runs as a member of another cluster. */
export function isElsewhere({ name }: Cluster, { cmap }: View): boolean {
  return cmap !== undefined && (cmap.get('totem.cluster_name')?.value ?? name) !== name
}

/** Nodes that see each other: those in one ring. */
export interface Partition {
  members: Seen[]
  quorate: boolean
}

/**
 * The rings that nodes are in; more than one, and the cluster has come apart. Nodes without Corosync are in none. The one
 * with quorum comes first.
 */
export function partitionsOf(seen: Seen[]): Partition[] {
  const inRing = seen.filter(({ view }) => view.quorum)
  // Without votequorum, or with Corosync's answer missing, what Pacemaker says is still worth having.
  if (inRing.length === 0) return seen.length === 0 ? [] : [{ members: seen, quorate: false }]
  return groupsOf(inRing, ({ view }) => view.quorum!.ringId)
    .map(({ items }) => ({ members: items, quorate: items.some(({ view }) => view.quorum!.quorate) }))
    .toSorted((one, other) => Number(other.quorate) - Number(one.quorate))
}

/** Nodes by what they say, in the order of the first to say it. */
export function groupsOf<T>(seen: Seen[], say: (one: Seen) => T): { value: T; items: Seen[]; names: string[] }[] {
  const groups = new Map<string, { value: T; items: Seen[]; names: string[] }>()
  for (const one of seen) {
    const value = say(one)
    const key = JSON.stringify(value)
    const group = groups.get(key) ?? { value, items: [], names: [] }
    group.items.push(one)
    group.names.push(one.name)
    groups.set(key, group)
  }
  return [...groups.values()]
}
