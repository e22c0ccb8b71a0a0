import type { PollResult } from '../../engine/node-poller.js'
import type { Cluster, Node } from '../declaration/declaration.js'
import type { NodeView } from './view.js'

export type NodePoll = PollResult<Node, NodeView>

/** A node that has answered, with its view. */
export interface AnsweringNode {
  name: string
  view: NodeView
}

/**
 * The nodes that have answered, in the order of the inventory. What a node reports as a member of another cluster is
 * left out.
 */
export function answeringNodes(cluster: Cluster, polls: NodePoll[]): AnsweringNode[] {
  return polls.flatMap(({ node: { name }, seen }) =>
    seen
      ? [
          {
            name,
            view: isInOtherCluster(cluster, seen)
              ? { ...seen, quorum: undefined, links: undefined, state: undefined }
              : seen,
          },
        ]
      : [],
  )
}

/** Whether a node's Corosync runs as a member of another cluster. */
export function isInOtherCluster({ name }: Cluster, { cmap }: NodeView): boolean {
  return cmap !== undefined && (cmap.get('totem.cluster_name')?.value ?? name) !== name
}

/** Nodes that see each other, because they are in one ring. */
export interface Partition {
  members: AnsweringNode[]
  quorate: boolean
}

/** The partitions of the cluster, one per ring; the one with quorum comes first. Nodes without Corosync are in none. */
export function partitionsOf(seen: AnsweringNode[]): Partition[] {
  const inRing = seen.filter(({ view }) => view.quorum)
  // Without an answer about quorum, Pacemaker's view is still useful.
  if (inRing.length === 0) return seen.length === 0 ? [] : [{ members: seen, quorate: false }]
  return groupsOf(inRing, ({ view }) => view.quorum!.ringId)
    .map(({ items }) => ({ members: items, quorate: items.some(({ view }) => view.quorum!.quorate) }))
    .toSorted((one, other) => Number(other.quorate) - Number(one.quorate))
}

/** Groups nodes by a value, in the order in which each value first occurs. */
export function groupsOf<T>(
  nodes: AnsweringNode[],
  valueOf: (node: AnsweringNode) => T,
): { value: T; items: AnsweringNode[]; names: string[] }[] {
  const groups = new Map<string, { value: T; items: AnsweringNode[]; names: string[] }>()
  for (const node of nodes) {
    const value = valueOf(node)
    const key = JSON.stringify(value)
    const group = groups.get(key) ?? { value, items: [], names: [] }
    group.items.push(node)
    group.names.push(node.name)
    groups.set(key, group)
  }
  return [...groups.values()]
}
