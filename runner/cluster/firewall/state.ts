import type { Cluster, Node } from '../declaration/declaration.js'
import { runningCmap } from '../corosync/facts.js'
import { runsDebianDefault } from '../corosync/node-ids.js'
import { flowResults, neededFlows, type FlowResult } from './flows.js'
import { firewall, type Firewall } from '../../facts/firewall/read.js'
import type { NodeScope } from '../../tasks/index.js'

/** What a node's packet filter does with the cluster's packets. */
export interface NodeFirewall {
  firewall: Firewall
  /** By the rules in force. */
  results: FlowResult[]
  /** By the rules that systemd loads at boot, where they differ from those in force. */
  bootResults: FlowResult[]
  /** Whether a cluster's Corosync runs there. */
  isRunning: boolean
}

export async function readNodeFirewall(
  { node, read }: { node: Node; read: NodeScope['read'] },
  cluster: Cluster,
): Promise<NodeFirewall> {
  const [state, cmap] = await Promise.all([read(firewall), read(runningCmap)])
  const isRunning = cmap !== undefined && !runsDebianDefault(cmap)
  const needed = neededFlows(node, cluster, isRunning ? cmap : undefined)
  return {
    firewall: state,
    results: flowResults(state.chains, needed, state),
    bootResults: state.bootChains ? flowResults(state.bootChains, needed, state) : [],
    isRunning,
  }
}
