import { isIPv4 } from 'node:net'
import { posix } from 'node:path'
import { matchesGlob } from '../../../runner/glob.js'
import { parseCidr } from '../../../runner/ipv4.js'
import { sh } from '../../../runner/ssh/quote.js'
import { addEntry, iniEntries, removeEntries, replaceEntry, type IniEntry } from './ini.js'
import {
  cidr,
  isAsDeclared,
  joined,
  ownEntry,
  type Addressing,
  type Manager,
  type ManagerFile,
  type Network,
} from './manager.js'

const folder = '/etc/systemd/network'

/**
 * A .network file of systemd-networkd (systemd.network(5)). Ignored: drop-ins (`NAME.network.d/*.conf`), which override the file, and
 * values that span several lines.
 */
export const networkd: Manager = {
  name: 'networkd',
  files: [`${folder}/*.network`],
  mode: '0644',
  path,
  read,
  write,
  reapplyCommand: iface => `networkctl reload; networkctl reconfigure ${iface}`,
  activation: iface => ({ before: [], after: ['networkctl reload', sh`networkctl reconfigure ${iface}`] }),
}

/**
 * The file in use, under /etc, where it overrides one of the same name in other folders. If that file also matches other interfaces,
 * this one gets its own file, which sorts before it, since networkd uses the first file that matches.
 */
function path(iface: string, files: ManagerFile[], active?: string): string {
  const inOrder = files.toSorted((a, b) => (posix.basename(a.path) < posix.basename(b.path) ? -1 : 1))
  const matches = (file: ManagerFile) => patternsOf(file.text).some(pattern => matchesGlob(iface, pattern))
  const used = active ?? inOrder.find(matches)?.path
  if (used === undefined) return `${folder}/10-${iface}.network`
  const name = posix.basename(used)
  const text = files.find(file => posix.basename(file.path) === name)?.text
  if (text === undefined || patternsOf(text).join(' ') === iface) return posix.join(folder, name)
  const own = ['10-', '00-', '00-00-'].map(start => `${start}${iface}.network`)
  return posix.join(folder, own.find(candidate => candidate < name) ?? `${own.at(-1)}`)
}

/** The .network file in use, from `networkctl status IFACE`. */
export function networkFileOf(networkctlOutput: string): string | undefined {
  return /^\s*Network File:\s*(\/.*\.network)\s*$/m.exec(networkctlOutput)?.[1]
}

function patternsOf(text: string): string[] {
  const names = iniEntries(text).filter(entry => entry.section === 'Match' && entry.key === 'Name')
  return names.flatMap(entry => entry.value.split(/\s+/))
}

function read(text: string | undefined, _iface: string, preferred: readonly string[]): Addressing {
  const entries = iniEntries(text ?? '')
  const isStatic = !leasesIpv4(entries)
  const found = isStatic ? parseCidr(ownAddress(entries, preferred)?.value ?? '') : undefined
  const dns = dnsEntries(entries).reduce<string[]>(
    // An empty assignment clears those before it.
    (servers, { value }) => (value === '' ? [] : [...servers, ...value.split(/\s+/)]),
    [],
  )
  return {
    address: found?.address,
    prefix: found?.prefix,
    gateway: joined(gatewayEntries(entries).map(entry => entry.value)),
    dns: dns.length === 0 ? undefined : dns,
  }
}

function write(text: string | undefined, iface: string, network: Network, preferred: readonly string[]): string {
  let result = text || `[Match]\nName=${iface}\n`
  if (isAsDeclared(read(result, iface, preferred), network)) return result
  // DHCPv6 still starts if a router requests it (systemd.network(5), DHCP=).
  if (leasesIpv4(iniEntries(result))) result = setOnly(result, dhcpEntries, 'DHCP', 'no')
  const address = ownAddress(iniEntries(result), preferred)
  if (address) result = replaceEntry(result, address, cidr(network))
  else result = addEntry(result, 'Network', 'Address', cidr(network))
  if (network.gateway !== undefined) result = setOnly(result, gatewayEntries, 'Gateway', network.gateway)
  if (network.dns.length > 0) result = setOnly(result, dnsEntries, 'DNS', network.dns.join(' '))
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

function leasesIpv4(entries: IniEntry[]): boolean {
  return /^(yes|true|on|1|y|t|ipv4|v4|both)$/i.test(dhcpEntries(entries).at(-1)?.value ?? 'no')
}

/** IPv4 addresses: `Address=` in `[Network]` or in an `[Address]` section, which may have further settings. */
function addressEntries(entries: IniEntry[]): IniEntry[] {
  const sections = new Set(['Network', 'Address'])
  return entries.filter(entry => sections.has(entry.section) && entry.key === 'Address' && parseCidr(entry.value))
}

function ownAddress(entries: IniEntry[], preferred: readonly string[]): IniEntry | undefined {
  return ownEntry(addressEntries(entries), ({ value }) => parseCidr(value)?.address, preferred)
}

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
