import { isIPv4 } from 'node:net'
import { posix } from 'node:path'
import { parseCidr } from '../../../runner/ipv4.js'
import { sh } from '../../../runner/ssh/quote.js'
import { addEntry, iniEntries, removeEntries, replaceEntry, type IniEntry } from './ini.js'
import {
  cidr,
  ipv4Servers,
  isAsDeclared,
  joined,
  ownEntry,
  preferredEntry,
  withIpv6Servers,
  type Addressing,
  type Manager,
  type ManagerFile,
  type Network,
  type UpInterface,
} from './manager.js'
import { dropInsOf, withDropIns } from './networkd-drop-ins.js'
import { networkFiles, networkPath, startingText } from './networkd-files.js'
import { effective } from './networkd-match.js'

/** A .network file of systemd-networkd (systemd.network(5)). Ignored: values that span several lines. */
export const networkd: Manager = {
  name: 'networkd',
  files: networkFiles,
  mode: '0644',
  path: networkPath,
  startingText,
  refusal,
  remedy: iface => `move the addressing of ${iface} into one file, or remove \`address\` for this node`,
  read,
  write,
  reapplyCommand: iface => `networkctl reload; networkctl reconfigure ${iface}`,
  activation: iface => ({ before: [], after: ['networkctl reload', sh`networkctl reconfigure ${iface}`] }),
}

/** The .network file in use, from `networkctl status IFACE`. */
export function networkFileOf(networkctlOutput: string): string | undefined {
  return /^[ \t]*Network File:[ \t]*(\/.*\.network)[ \t\r]*$/m.exec(networkctlOutput)?.[1]
}

/** Drop-ins are not edited: if they have addressing, the file alone does not show what the interface gets. */
function refusal(
  files: ManagerFile[],
  { iface }: UpInterface,
  _network: Network,
  preferred: readonly string[],
  active?: string,
): string | undefined {
  const path = networkPath(iface, files, active)
  const dropIns = dropInsOf(files, posix.basename(path))
  const text = files.find(file => file.path === path)?.text ?? startingText(iface, files, active)?.text
  if (text === undefined || dropIns.length === 0) return undefined
  const alone = read(text, iface, preferred)
  const whole = read(withDropIns(text, dropIns), iface, preferred)
  const field = (['address', 'prefix', 'gateway', 'dns'] as const).find(
    name => String(alone[name] ?? '') !== String(whole[name] ?? ''),
  )
  return (
    field && `${iface} has its ${field} from a drop-in of ${path}: ${dropIns.map(dropIn => dropIn.path).join(', ')}`
  )
}

function read(text: string | undefined, _iface: string, preferred: readonly string[]): Addressing {
  const entries = iniEntries(text ?? '')
  const isStatic = !leasesIpv4(entries)
  const found = isStatic ? parseCidr(ownAddress(entries, preferred)?.value ?? '') : undefined
  return {
    address: found?.address,
    prefix: found?.prefix,
    gateway: joined(gatewayEntries(entries).map(entry => entry.value)),
    dns: ipv4Servers(serversOf(entries)),
  }
}

function write(text: string | undefined, iface: string, network: Network, preferred: readonly string[]): string {
  let result = text || `[Match]\nName=${iface}\n`
  if (isAsDeclared(read(result, iface, preferred), network)) return result
  const before = iniEntries(result)
  // DHCPv6 still starts if a router requests it (systemd.network(5), DHCP=).
  if (leasesIpv4(before)) result = setOnly(result, dhcpEntries, 'DHCP', 'no')
  const pick = leasesIpv4(before) ? preferredEntry : ownEntry
  const address = pick(addressEntries(iniEntries(result)), addressOf, preferred)
  if (address) result = replaceEntry(result, address, cidr(network))
  else result = addEntry(result, 'Network', 'Address', cidr(network))
  if (network.gateway !== undefined) result = setOnly(result, gatewayEntries, 'Gateway', network.gateway)
  if (network.dns.length > 0)
    result = setOnly(result, dnsEntries, 'DNS', withIpv6Servers(network.dns, serversOf(before)).join(' '))
  return result
}

/** The text with one such entry: at the place of the first one, or else at the end of `[Network]`. */
function setOnly(text: string, pick: (entries: IniEntry[]) => IniEntry[], key: string, value: string): string {
  const [first, ...others] = pick(iniEntries(text))
  if (!first) return addEntry(text, 'Network', key, value)
  return removeEntries(replaceEntry(text, first, value), others)
}

function inNetwork(entries: IniEntry[], key: string): IniEntry[] {
  return entries.filter(entry => entry.section === 'Network' && entry.key === key)
}

const dhcpEntries = (entries: IniEntry[]) => inNetwork(entries, 'DHCP')
const dnsEntries = (entries: IniEntry[]) => inNetwork(entries, 'DNS')

function serversOf(entries: IniEntry[]): string[] {
  return effective(dnsEntries(entries)).flatMap(({ value }) => value.split(/\s+/))
}

function leasesIpv4(entries: IniEntry[]): boolean {
  return /^(yes|true|on|1|y|t|ipv4|v4|both)$/i.test(dhcpEntries(entries).at(-1)?.value ?? 'no')
}

/** IPv4 addresses: `Address=` in `[Network]` or in an `[Address]` section, which may have further settings. */
function addressEntries(entries: IniEntry[]): IniEntry[] {
  const sections = new Set(['Network', 'Address'])
  return entries.filter(entry => sections.has(entry.section) && entry.key === 'Address' && parseCidr(entry.value))
}

function ownAddress(entries: IniEntry[], preferred: readonly string[]): IniEntry | undefined {
  return ownEntry(addressEntries(entries), addressOf, preferred)
}

const addressOf = ({ value }: IniEntry) => parseCidr(value)?.address

/** IPv4 default routes: `Gateway=` in `[Network]`, or in a `[Route]` section without a destination or a table. */
function gatewayEntries(entries: IniEntry[]): IniEntry[] {
  const isNarrower = ({ key, value }: IniEntry) => key === 'Table' || (key === 'Destination' && value !== '0.0.0.0/0')
  const elsewhere = new Set(entries.filter(isNarrower).map(entry => entry.block))
  return entries.filter(
    entry =>
      entry.key === 'Gateway' &&
      isIPv4(entry.value) &&
      (entry.section === 'Network' || (entry.section === 'Route' && !elsewhere.has(entry.block))),
  )
}
