import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'

/** Where Pacemaker runs the floating IP, as far as it knows. @param bearers - ids of the resources that bring it up. */
export function holderOf(bearers: string[], { resources }: ClusterState): string | undefined {
  return resources.find(({ id, active }) => active && bearers.includes(id))?.nodes[0]
}

/**
 * Why a node must not be drilled, beside what a rolling restart asks too: a drill begins with a whole cluster.
 *
 * @param drained - nodes in a standby that an interrupted run has left.
 */
export function drillObstacle(node: string, state: ClusterState | undefined, drained: string[]): string | undefined {
  if (!state) return 'pacemaker answers on no node'
  if (state.maintenance) return 'the cluster is in maintenance mode, in which Pacemaker moves nothing'
  if (!state.nodes.some(({ name }) => name === node)) return `pacemaker knows no node ${node}`
  for (const { name, online, standby, maintenance, pending, unclean } of state.nodes) {
    if (standby) return `${name} is in standby${drained.includes(name) ? ', left by an interrupted run: `ha-run site` takes that back' : ''}`
    if (maintenance) return `${name} is in maintenance`
    if (!online || pending || unclean) return `${name} is not a full member`
  }
  return undefined
}
