import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { flowSentences } from '../../runner/cluster/firewall/flows.js'
import { remediesByNode } from '../../runner/cluster/firewall/remedies.js'
import { readNodeFirewall } from '../../runner/cluster/firewall/state.js'
import { reachable, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'

/**
 * A rule that drops the packets is a failure even while they pass, as part of an earlier connection: what counts is the next start. A
 * warning if packets pass only as answers, or if a rule decides that ha-run does not understand.
 */
export function firewallsLetPass(cluster: Cluster) {
  return async ({ members }: Scope): Promise<Verdict> => {
    const nodes = await Promise.all(
      reachable(members).map(async member => ({ name: member.name, ...(await readNodeFirewall(member, cluster)) })),
    )
    const sentences = (verdict: 'dropped' | 'answers' | 'unclear') =>
      nodes.flatMap(({ name, firewall, results, bootResults }) => {
        const now = flowSentences(results, verdict, firewall)
        const atBoot = flowSentences(bootResults, verdict, firewall).filter(sentence => !now.includes(sentence))
        return [...now, ...atBoot.map(sentence => `after the next boot, ${sentence}`)].map(text => `${name}: ${text}`)
      })
    const dropped = sentences('dropped')
    const remarks = [
      ...sentences('answers'),
      ...sentences('unclear'),
      ...nodes.flatMap(({ name, firewall }) => firewall.unreadable.map(reason => `${name}: ${reason}`)),
    ]
    const commands = remediesByNode(nodes.map(node => ({ ...node, results: [...node.results, ...node.bootResults] })))
    return {
      status: dropped.length > 0 ? 'failed' : remarks.length > 0 ? 'warning' : 'ok',
      evidence: [...dropped, ...remarks].join('; ') || "no rule drops the cluster's packets",
      hint: `\`firewall: open\` in the inventory and \`ha-run network\` open the ports of ufw and nftables; by hand, ${commands}`,
    }
  }
}
