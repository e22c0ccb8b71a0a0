import type { Difference } from '../../../runner/tasks/index.js'
import { ruleLabel, type FlowResult, type NeededFlow } from '../../../runner/cluster/firewall/flows.js'
import { nftRule, remedies, toolOf, ufwRule } from '../../../runner/cluster/firewall/remedies.js'
import type { NodeFirewall } from '../../../runner/cluster/firewall/state.js'
import { nftablesConf } from '../../../runner/facts/firewall/read.js'
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
  const by = (tool: string) => open.filter(result => toolOf(result, firewall) === tool)
  const ufw = by('ufw')
  const dropped = ufw.filter(({ verdict }) => verdict !== 'unclear')
  const own = dropped.find(({ rules }) =>
    rules.some(({ chain }) => chain.name === 'ufw-user-input' || chain.name === 'ufw-user-output'),
  )
  const nft = by('nft')
  const isLoadedAtBoot = ({ rules }: FlowResult) =>
    rules.every(({ base }) =>
      firewall.bootChains?.some(({ table, name }) => table === base.table && name === base.name),
    )
  const others = [...by('firewalld'), ...by('iptables'), ...nft.filter(result => !isLoadedAtBoot(result))]
  const refused = own
    ? `${own.needed.label} is dropped by a rule that somebody has added to ufw: ${own.rules.map(rule => ruleLabel(rule, firewall)).join(' and ')}. \`ufw status numbered\` shows it: delete it, then run again`
    : others.length > 0
      ? `ha-run opens ports of ufw, and of nftables if systemd loads ${nftablesConf} at boot with these chains; here, ${others
          .slice(0, 1)
          .map(
            ({ needed, rules }) =>
              `${needed.label} depends on ${rules.map(rule => ruleLabel(rule, firewall)).join(' and ')}`,
          )
          .join()}. By hand: ${remedies(others, firewall)
          .map(command => `\`${command}\``)
          .join(', ')}, and the same where these rules are loaded from at boot`
      : undefined
  return {
    ufw: distinct(dropped.map(({ needed }) => ufwRule(needed))),
    nft: distinct(nft.flatMap(result => nftRules(result))),
    nftAtBoot: distinct(openAtBoot.flatMap(result => nftRules(result))),
    ...(refused !== undefined && { refused }),
    remarks: [
      ...firewall.unreadable,
      ...ufw
        .filter(({ verdict }) => verdict === 'unclear')
        .map(
          ({ needed, rules }) =>
            `${needed.label} depends on ${rules.map(rule => ruleLabel(rule, firewall)).join(' and ')}`,
        ),
    ],
  }
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
