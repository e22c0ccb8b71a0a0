import { TaskError } from '../../../runner/errors.js'
import { clusterGuard } from '../../../runner/cluster/role.js'
import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import { reachable } from '../../../runner/cluster/members.js'
import { flowSentences } from '../../../runner/cluster/firewall/flows.js'
import { warn } from '../../../runner/tasks/index.js'
import { readNodeFirewall } from '../../../runner/cluster/firewall/state.js'
import { remediesByNode } from '../../../runner/cluster/firewall/remedies.js'

/**
 * Stops a run before anything is installed if a packet filter drops the packets for which the nodes would then wait until they time out. On a node whose
 * Corosync runs it is a warning: the run may repair other things, and verify reports the rest.
 */
export function firewallGuard(cluster: Cluster) {
  return clusterGuard("the nodes' firewalls let the cluster's packets pass", {
    async check({ members }) {
      const nodes = await Promise.all(
        reachable(members).map(async member => ({ member, ...(await readNodeFirewall(member, cluster)) })),
      )
      const sentences = (verdict: 'dropped' | 'answers' | 'unclear') =>
        nodes.flatMap(({ member, firewall, results }) =>
          flowSentences(results, verdict, firewall).map(sentence => `${member.name}: ${sentence}`),
        )
      const dropped = sentences('dropped')
      const hint = remediesByNode(nodes.map(({ member, ...node }) => ({ name: member.name, ...node })))
      if (dropped.length > 0 && nodes.every(({ isRunning }) => !isRunning)) {
        throw new TaskError([...dropped, ...sentences('answers')].join('; '), {
          hint: `declare \`firewall: open\` for the cluster, so that ha-run opens these ports of ufw and nftables; or by hand, ${hint}`,
        })
      }
      const remarks = [...dropped, ...sentences('answers'), ...sentences('unclear')]
      return remarks.length === 0
        ? []
        : warn(`${remarks.join('; ')}. To open them: \`firewall: open\` in the inventory, or ${hint}`)
    },
  })
}
