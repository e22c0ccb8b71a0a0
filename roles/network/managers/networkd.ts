import { posix } from 'node:path'
import { parseCidr, type IpFamily } from '../../../runner/ip-address.js'
import { sh } from '../../../runner/ssh/quote.js'
import { addEntry, iniEntries, removeEntries, replaceEntry, type IniEntry } from './ini.js'
import {
  cidr,
  gatewayIn,
  isAsDeclared,
  joined,
  ownEntry,
  preferredEntry,
  serversOf as ofFamily,
  withOtherServers,
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
export function networkd(family: IpFamily): Manager {
  return {
    name: 'networkd',
    files: networkFiles,
    mode: '0644',
    path: networkPath,
    startingText,
    refusal: (files, up, _network, preferred, active) => refusal(family, files, up, preferred, active),
    remedy: iface => `move the addressing of ${iface} into one file, or remove \`address\` for this node`,
    read: (text, _iface, preferred) => read(family, text, preferred),
    write: (text, iface, network, preferred) => write(family, text, iface, network, preferred),
    reapplyCommand: iface => `networkctl reload; networkctl reconfigure ${iface}`,
    activation: iface => ({ before: [], after: ['networkctl reload', sh`networkctl reconfigure ${iface}`] }),
  }
}

/** The .network file in use, from `networkctl status IFACE`. */
export function networkFileOf(networkctlOutput: string): string | undefined {
  return /^[ \t]*Network File:[ \t]*(\/.*\.network)[ \t\r]*$/m.exec(networkctlOutput)?.[1]
}

/** Drop-ins are not edited: if they have addressing, the file alone does not show what the interface gets. */
function refusal(
  family: IpFamily,
  files: ManagerFile[],
  { iface }: UpInterface,
  preferred: readonly string[],
  active?: string,
): string | undefined {
  const path = networkPath(iface, files, active)
  const dropIns = dropInsOf(files, posix.basename(path))
  const text = files.find(file => file.path === path)?.text ?? startingText(iface, files, active)?.text
  if (text === undefined || dropIns.length === 0) return undefined
  const alone = read(family, text, preferred)
  const whole = read(family, withDropIns(text, dropIns), preferred)
  const field = (['address', 'prefix', 'gateway', 'dns'] as const).find(
    name => String(alone[name] ?? '') !== String(whole[name] ?? ''),
  )
  return (
    field && `${iface} has its ${field} from a drop-in of ${path}: ${dropIns.map(dropIn => dropIn.path).join(', ')}`
  )
}

function read(family: IpFamily, text: string | undefined, preferred: readonly string[]): Addressing {
  const entries = iniEntries(text ?? '')
  const own = replacesStatic(family, entries) ? undefined : ownAddress(family, entries, preferred)
  const found = parseCidr(own?.value ?? '', family)
  return {
    address: found?.address,
    prefix: found?.prefix,
    gateway: joined(gatewayEntries(family, entries).flatMap(({ value }) => gatewayIn(family, value) ?? [])),
    dns: ofFamily(family, serversOf(entries)),
  }
}

function write(
  family: IpFamily,
  text: string | undefined,
  iface: string,
  network: Network,
  preferred: readonly string[],
): string {
  let result = text || `[Match]\nName=${iface}\n`
  if (isAsDeclared(read(family, result, preferred), network)) return result
  const before = iniEntries(result)
  const isLeased = replacesStatic(family, before)
  // DHCPv6 still starts if a router requests it (systemd.network(5), DHCP=).
  if (isLeased) result = setOnly(result, dhcpEntries, 'DHCP', 'no')
  const pick = isLeased ? preferredEntry : ownEntry
  const address = pick(addressEntries(family, iniEntries(result)), addressIn(family), preferred)
  if (address) result = replaceEntry(result, address, cidr(network))
  else result = addEntry(result, 'Network', 'Address', cidr(network))
  if (network.gateway !== undefined)
    result = setOnly(result, entries => gatewayEntries(family, entries), 'Gateway', network.gateway)
  if (network.dns.length > 0)
    result = setOnly(result, dnsEntries, 'DNS', withOtherServers(family, network.dns, serversOf(before)).join(' '))
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

/** Whether the interface has its address from DHCP. IPv6 addresses stand beside those from routers and DHCP. */
function replacesStatic(family: IpFamily, entries: IniEntry[]): boolean {
  return family === 4 && /^(yes|true|on|1|y|t|ipv4|v4|both)$/i.test(dhcpEntries(entries).at(-1)?.value ?? 'no')
}

/** The addresses of a family: `Address=` in `[Network]` or in an `[Address]` section, which may have further settings. */
function addressEntries(family: IpFamily, entries: IniEntry[]): IniEntry[] {
  const sections = new Set(['Network', 'Address'])
  return entries.filter(
    entry => sections.has(entry.section) && entry.key === 'Address' && parseCidr(entry.value, family),
  )
}

function ownAddress(family: IpFamily, entries: IniEntry[], preferred: readonly string[]): IniEntry | undefined {
  return ownEntry(addressEntries(family, entries), addressIn(family), preferred)
}

const addressIn =
  (family: IpFamily) =>
  ({ value }: IniEntry) =>
    parseCidr(value, family)?.address

/** The default routes of a family: `Gateway=` in `[Network]`, or in a `[Route]` section without a destination or a table. */
function gatewayEntries(family: IpFamily, entries: IniEntry[]): IniEntry[] {
  const isNarrower = ({ key, value }: IniEntry) =>
    key === 'Table' || (key === 'Destination' && !['0.0.0.0/0', '::/0'].includes(value))
  const elsewhere = new Set(entries.filter(isNarrower).map(entry => entry.block))
  return entries.filter(
    entry =>
      entry.key === 'Gateway' &&
      gatewayIn(family, entry.value) !== undefined &&
      (entry.section === 'Network' || (entry.section === 'Route' && !elsewhere.has(entry.block))),
  )
}
