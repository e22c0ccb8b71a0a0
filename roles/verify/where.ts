import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'

/** Nodes on which a primitive, or anything inside a group or clone, is active. */
export function nodesOf(id: string, { resources }: ClusterState): string[] {
  return [...new Set(resources.filter(({ id: own, parents, active }) => active && (own === id || parents.includes(id))).flatMap(({ nodes }) => nodes))]
}
