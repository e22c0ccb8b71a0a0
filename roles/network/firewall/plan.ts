import type { Difference } from '../../../runner/tasks/index.js'
import { ruleLabel, type FlowResult, type NeededFlow } from '../../../runner/cluster/firewall/flows.js'
import { nftRule, remedies, toolOf, ufwRule, type FirewallTool } from '../../../runner/cluster/firewall/remedies.js'
import type { NodeFirewall } from '../../../runner/cluster/firewall/state.js'
import { nftablesConf, type Firewall } from '../../../runner/facts/firewall/read.js'
import type { Chain } from '../../../runner/facts/firewall/ruleset.js'
import { armedNote } from './armed-opening.js'
import { insertLine } from './nftables-conf.js'

/** The rules that `firewall: open` adds to a node's packet filter. */
export interface OpeningPlan {
  /** Rules of ufw, which keeps them for the next boot: `allow proto udp from …`. */
  ufw: string[]
  /** Rules of nft for now: `inet filter input ip saddr 192.168.0.2 udp dport 5405 accept`. */
  nft: string[]
  /** The same for the next boot, for /etc/nftables.conf. */
  nftAtBoot: string[]
  /** Why nothing is changed, with the commands to type. */
  refused?: string
  /** What stays unclear, as sentences. */
  remarks: string[]
}

/** Only rules of ufw and of /etc/nftables.conf are added: with other tools it is not known what would still be there after a boot. */
export function planOpening({ firewall, results, bootResults }: NodeFirewall): OpeningPlan {
  const open = results.filter(({ verdict }) => verdict !== 'passes')
  const openAtBoot = bootResults.filter(({ verdict }) => verdict !== 'passes')
  const by = (tool: FirewallTool) => open.filter(result => toolOf(result, firewall) === tool)
  const [ufw, nft] = [by('ufw'), by('nft')]
  // ufw puts a new rule behind its others, so that it may not decide what is unclear now.
  const unclear = ufw.filter(({ verdict }) => verdict === 'unclear')
  const dropped = ufw.filter(({ verdict }) => verdict !== 'unclear')
  const others = [
    ...by('firewalld'),
    ...by('iptables'),
    ...nft.filter(({ rules }) => !rules.every(({ base }) => isLoadedAtBoot(base, firewall))),
  ]
  const refused = deniedInUfw(dropped, firewall) ?? withoutFile(others, firewall)
  return {
    ufw: distinct(dropped.map(({ needed }) => ufwRule(needed))),
    nft: distinct(nft.flatMap(result => nftRules(result))),
    nftAtBoot: distinct(openAtBoot.flatMap(result => nftRules(result))),
    ...(refused !== undefined && { refused }),
    remarks: [...firewall.unreadable, ...unclear.map(result => dependence(result, firewall))],
  }
}

function isLoadedAtBoot(chain: Chain, { bootChains = [] }: Firewall): boolean {
  return bootChains.some(({ table, name }) => table === chain.table && name === chain.name)
}

/** A rule that an admin has added comes before a new one. */
function deniedInUfw(dropped: FlowResult[], firewall: Firewall): string | undefined {
  const denied = dropped.find(({ rules }) => rules.some(({ chain }) => /^ufw6?-user-(input|output)$/.test(chain.name)))
  if (!denied) return undefined
  const rules = denied.rules.map(rule => ruleLabel(rule, firewall)).join(' and ')
  return `${denied.needed.label} is dropped by a rule that somebody has added to ufw: ${rules}. \`ufw status numbered\` shows it: delete it, then run again`
}

function withoutFile(results: FlowResult[], firewall: Firewall): string | undefined {
  const [first] = results
  if (!first) return undefined
  const commands = remedies(results, firewall).map(command => `\`${command}\``)
  return (
    `ha-run opens ports of ufw, and of nftables if systemd loads ${nftablesConf} at boot with these chains; here, ${dependence(first, firewall)}. ` +
    `By hand: ${commands.join(', ')}, and the same in the file from which these rules are loaded at boot`
  )
}

function dependence({ needed, rules }: FlowResult, firewall: Firewall): string {
  return `${needed.label} depends on ${rules.map(rule => ruleLabel(rule, firewall)).join(' and ')}`
}

function nftRules({ needed, rules }: { needed: NeededFlow; rules: FlowResult['rules'] }): string[] {
  return rules.map(({ base }) => `${base.table} ${base.name} ${nftRule(needed)}`)
}

const distinct = (texts: string[]) => [...new Set(texts)]

export function openingDifferences({ ufw, nft, nftAtBoot }: OpeningPlan): Difference[] {
  const missing = { from: 'absent', to: 'present' }
  return [
    ...ufw.map(rule => ({ subject: `ufw ${rule}`, ...missing, note: armedNote })),
    ...nft.map(rule => ({ subject: `nft ${insertLine(rule)}`, ...missing, note: armedNote })),
    ...nftAtBoot.map(rule => ({ subject: `${insertLine(rule)} in ${nftablesConf}`, ...missing })),
  ]
}
