import type { ProcessOutput } from 'zx/core'
import { fact } from '../fact.js'
import { interfaceAddressesIn } from '../interface-addresses.js'
import { parseIptables } from './iptables.js'
import { parseNft } from './nft.js'
import type { Chain } from './ruleset.js'

/** What filters a node's packets, now and after the next boot. */
export interface Firewall {
  /** The rules in force. */
  chains: Chain[]
  /** Of `chains`, the tables that nft alone manages. */
  nftTables: string[]
  /** The rules that /etc/nftables.conf makes, if systemd loads it at boot; empty if it has an error. */
  bootChains?: Chain[]
  /** Whether ufw is enabled, at boot too. */
  ufw: boolean
  firewalld: boolean
  /** Why rules are missing here, as sentences. */
  unreadable: string[]
  /** The node's interfaces by address. */
  interfaces: Map<string, string>
}

/** The service that loads this file at boot. */
export const nftablesConf = '/etc/nftables.conf'

/** A section of the output, with the exit code; 127 without the tool, which then costs the node no process. */
const section = (tool: string, command: string) =>
  `if command -v ${tool} >/dev/null; then { ${command}; } 2>/dev/null; printf '\\0%s\\0' $?; else printf '\\0%s\\0' 127; fi`

/**
 * All of it in one go. What /etc/nftables.conf makes is read by loading it in a network namespace of its own, which ends with the
 * command: it is loaded nowhere else.
 */
const script = `PATH="$PATH:/usr/sbin:/sbin"
${section('nft', 'nft -j list ruleset')}
${section('nft', 'nft -a list ruleset')}
${section('iptables-save', 'iptables-save')}
${section('iptables-legacy-save', '[ ! -s /proc/net/ip_tables_names ] || iptables-legacy-save')}
${section('nft', `! systemctl -q is-enabled nftables.service || { echo enabled; unshare -n sh -c 'nft -f ${nftablesConf} && nft -j list ruleset && printf "\\001" && nft -a list ruleset'; }`)}
[ -f /etc/ufw/ufw.conf ] && grep -qi '^ENABLED=yes' /etc/ufw/ufw.conf; printf '\\0%s\\0' $?
! { command -v nft || command -v iptables-save; } >/dev/null || ip -o addr show
printf '\\0\\0'
${section('ip6tables-save', 'ip6tables-save')}
${section('ip6tables-legacy-save', '[ ! -s /proc/net/ip6_tables_names ] || ip6tables-legacy-save')}`

export const firewall = fact<Firewall>('packet filter', script, parseFirewall)

export function parseFirewall({ stdout }: Pick<ProcessOutput, 'stdout'>): Firewall {
  const fields = stdout.split('\0')
  const text = (section: number) => fields[section * 2] ?? ''
  const code = (section: number) => fields[section * 2 + 1]
  const unreadable: string[] = []
  const nft = readNft(text(0), text(1), code(0))
  if (!nft) unreadable.push('`nft -j list ruleset` has failed, or its output is not understood')
  if (!['0', '127'].includes(code(2) ?? '')) unreadable.push('`iptables-save` has failed')
  if (!['0', '127'].includes(code(7) ?? '127')) unreadable.push('`ip6tables-save` has failed')
  const iptables = [
    ...parseIptables(text(2)),
    ...parseIptables(text(3)),
    ...parseIptables(text(7), 6),
    ...parseIptables(text(8), 6),
  ]
  const nftChains = (nft ?? []).filter(({ table }) => !iptables.some(chain => chain.table === table))
  const [bootJson = '', bootListing = ''] = text(4)
    .replace(/^enabled\n/, '')
    .split('\x01')
  return {
    chains: [...nftChains, ...distinctTables(iptables)],
    nftTables: [...new Set(nftChains.map(({ table }) => table))],
    ...(text(4).startsWith('enabled') && { bootChains: readNft(bootJson, bootListing, code(4)) ?? [] }),
    ufw: code(5) === '0' && iptables.some(({ name }) => name === 'ufw-user-input'),
    firewalld: (nft ?? []).some(({ table }) => table === 'inet firewalld'),
    unreadable,
    interfaces: new Map(interfaceAddressesIn(text(6)).map(each => [each.address, each.interface])),
  }
}

/** None without the tool: then nobody has set rules with it. Undefined if it has failed or its answer is not understood. */
function readNft(json: string, listing: string, code: string | undefined): Chain[] | undefined {
  if (code === '127') return []
  try {
    return code === '0' ? parseNft(json, listing) : undefined
  } catch {
    return undefined
  }
}

/** `iptables-save` may itself be the legacy tool: then its tables are there twice. */
function distinctTables(chains: Chain[]): Chain[] {
  return chains.filter(
    (one, at) => chains.findIndex(({ table, name }) => table === one.table && name === one.name) === at,
  )
}
