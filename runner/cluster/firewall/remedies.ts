import { familyOf } from '../../ip-address.js'
import { isUfwTable, type FlowResult, type NeededFlow } from './flows.js'
import type { Firewall } from '../../facts/firewall/read.js'

/** The commands that let needed flows pass, for the tool that a node uses. */

export type FirewallTool = 'ufw' | 'firewalld' | 'nft' | 'iptables'

/** The tool whose rule drops a flow. */
export function toolOf(
  { rules }: Pick<FlowResult, 'rules'>,
  { ufw, firewalld, nftTables }: Pick<Firewall, 'ufw' | 'firewalld' | 'nftTables'>,
): FirewallTool {
  const table = rules[0]?.base.table
  if (ufw && isUfwTable(table)) return 'ufw'
  if (firewalld && table === 'inet firewalld') return 'firewalld'
  return nftTables.some(name => name === table) ? 'nft' : 'iptables'
}

/** What is let through: of Corosync's packets those of the other node only, of the page everybody's requests. */
type Opening = Pick<NeededFlow, 'direction' | 'protocol' | 'port' | 'peer' | 'to'>

/** The words of a ufw rule: `allow proto udp from 192.168.0.2 to any port 5405`. */
export function ufwRule({ direction, protocol, port, peer, to }: Opening): string {
  if (direction === 'out') return `allow out proto ${protocol} to ${peer ?? to} port ${port}`
  return `allow proto ${protocol} from ${peer ?? 'any'} to ${peer === undefined ? to : 'any'} port ${port}`
}

/** A rule of nft: `ip saddr 192.168.0.2 udp dport 5405 accept`. */
export function nftRule({ direction, protocol, port, peer, to }: Opening): string {
  const address = direction === 'in' && peer !== undefined ? `saddr ${peer}` : `daddr ${peer ?? to}`
  return `${familyOf(peer ?? to) === 6 ? 'ip6' : 'ip'} ${address} ${protocol} dport ${port} accept`
}

/** The commands for people to type, each once. */
export function remedies(results: FlowResult[], firewall: Firewall): string[] {
  const commands = results.flatMap(result => commandsFor(result, toolOf(result, firewall)))
  return [...new Set(commands)]
}

/** What to type on which node, for a hint; empty if all of it passes. */
export function remediesByNode(nodes: { name: string; firewall: Firewall; results: FlowResult[] }[]): string {
  return nodes
    .flatMap(({ name, firewall, results }) => {
      const commands = remedies(
        results.filter(({ verdict }) => verdict !== 'passes'),
        firewall,
      )
      return commands.length === 0 ? [] : [`on ${name}: ${commands.map(command => `\`${command}\``).join(', ')}`]
    })
    .join('; ')
}

function commandsFor({ needed, rules }: FlowResult, tool: FirewallTool): string[] {
  const { direction, protocol, port, peer, to } = needed
  if (tool === 'ufw') return [`ufw ${ufwRule(needed)}`]
  if (tool === 'firewalld') return [`firewall-cmd --permanent --add-port=${port}/${protocol}`, 'firewall-cmd --reload']
  const address = direction === 'in' && peer !== undefined ? `-s ${peer}` : `-d ${peer ?? to}`
  return rules.map(({ base: { table, name } }) =>
    tool === 'nft'
      ? `nft insert rule ${table} ${name} ${nftRule(needed)}`
      : `${familyOf(peer ?? to) === 6 ? 'ip6tables' : 'iptables'} -t ${table.replace(/^ip6? /, '')} -I ${name} ${address} -p ${protocol} --dport ${port} -j ACCEPT`,
  )
}
