import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'

/**
 * Why a node must not be drilled: a drill requires a healthy cluster. A rolling restart has further conditions, which the drill
 * checks too.
 *
 * @param drained - nodes whose standby was left by an interrupted run.
 */
export function drillRefusal(node: string, state: ClusterState | undefined, drained: string[]): string | undefined {
  if (!state) return 'pacemaker answers on no node'
  if (state.maintenance) return 'the cluster is in maintenance mode, in which Pacemaker moves nothing'
  if (!state.nodes.some(({ name }) => name === node)) return `pacemaker knows no node ${node}`
  for (const { name, online, standby, maintenance, pending, unclean } of state.nodes) {
    if (standby)
      return `${name} is in standby${drained.includes(name) ? ', left by an interrupted run: `ha-run site` ends it' : ''}`
    if (maintenance) return `${name} is in maintenance mode`
    if (!online || pending || unclean) return `${name} is not a full member`
  }
  return undefined
}
