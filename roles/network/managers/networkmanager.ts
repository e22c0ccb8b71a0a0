import { posix } from 'node:path'
import { sh } from '../../../runner/ssh/quote.js'
import { addEntry, iniEntries, replaceEntry, setEntry, type IniEntry } from './ini.js'
import { parseCidr } from '../../../runner/ipv4.js'
import {
  cidr,
  isAsDeclared,
  ownEntry,
  type Addressing,
  type Manager,
  type ManagerFile,
  type Network,
} from './manager.js'

const folder = '/etc/NetworkManager/system-connections'

/**
 * A connection profile of NetworkManager as a keyfile (nm-settings-keyfile(5)). NetworkManager ignores it unless root alone can read and
 * write it, and reads it only on request: `nmcli connection load FILE`.
 */
export const networkmanager: Manager = {
  name: 'networkmanager',
  files: [`${folder}/*.nmconnection`],
  mode: '0600',
  path,
  read,
  write,
  reapplyCommand: iface => `nmcli connection reload; nmcli device reapply ${iface}`,
  activation: iface => ({ before: [], after: ['nmcli connection reload', sh`nmcli device reapply ${iface}`] }),
}

/**
 * The active profile's file. A file under /etc overrides one of the same name in /run or /usr/lib (NetworkManager.conf(5), plugin
 * keyfile), so a copy of such a profile goes there: it starts from the profile's text and so keeps its uuid.
 */
function path(iface: string, files: ManagerFile[], active?: string): string {
  if (active !== undefined) return posix.join(folder, posix.basename(active))
  const own = files.find(file => valueOf(file.text, 'connection', 'interface-name') === iface)
  return own?.path ?? `${folder}/${iface}.nmconnection`
}

/** The file of an interface's active profile, from `nmcli -t -f DEVICE,FILENAME connection show --active`. */
export function profileOf(nmcliOutput: string, iface: string): string | undefined {
  const start = `${iface}:`
  const line = nmcliOutput.split('\n').find(candidate => candidate.startsWith(start))
  // Terse mode writes `\:` and `\\` inside values (nmcli(1), --escape).
  return line?.slice(start.length).replace(/\\(.)/g, '$1') || undefined
}

function read(text: string | undefined, _iface: string, preferred: readonly string[]): Addressing {
  const current = text ?? ''
  const own = ownAddress(current, preferred)
  // With other methods than `manual`, addresses may be present too, in addition to those from DHCP.
  const isManual = valueOf(current, 'ipv4', 'method') === 'manual'
  const [address = '', gateway] = isManual && own ? partsOf(own) : []
  const found = parseCidr(address)
  const dns = valueOf(current, 'ipv4', 'dns')
    ?.split(/[;,\s]+/)
    .filter(server => server !== '')
  return {
    address: found?.address,
    // For an address without a prefix NetworkManager assumes /24 and warns: here it counts as a difference.
    prefix: found?.prefix,
    gateway: valueOf(current, 'ipv4', 'gateway') ?? gateway,
    dns: dns?.length ? dns : undefined,
  }
}

function write(text: string | undefined, iface: string, network: Network, preferred: readonly string[]): string {
  let result = text || `[connection]\nid=${iface}\ntype=ethernet\ninterface-name=${iface}\n`
  if (isAsDeclared(read(result, iface, preferred), network)) return result
  const before = ownAddress(result, preferred)
  const hasGateway = valueOf(result, 'ipv4', 'gateway') !== undefined
  const addressGateway = hasGateway ? undefined : (network.gateway ?? (before && partsOf(before)[1]))
  const address = [cidr(network), ...(addressGateway === undefined ? [] : [addressGateway])].join(',')

  result = setEntry(result, 'ipv4', 'method', 'manual')
  const now = ownAddress(result, preferred)
  result = now ? replaceEntry(result, now, address) : addEntry(result, 'ipv4', 'address1', address)
  if (hasGateway && network.gateway !== undefined) result = setEntry(result, 'ipv4', 'gateway', network.gateway)
  if (network.dns.length > 0) result = setEntry(result, 'ipv4', 'dns', `${network.dns.join(';')};`)
  return result
}

function ownAddress(text: string, preferred: readonly string[]): IniEntry | undefined {
  return ownEntry(addressEntries(text), entry => parseCidr(partsOf(entry)[0] ?? '')?.address, preferred)
}

/** The address entries in NetworkManager's order; of entries with the same key the last one counts. */
function addressEntries(text: string): IniEntry[] {
  const number = (entry: IniEntry) => Number(/\d*$/.exec(entry.key)![0])
  return iniEntries(text)
    .filter(entry => entry.section === 'ipv4' && /^address(es)?\d*$/.test(entry.key) && entry.value !== '')
    .filter((entry, _, all) => all.findLast(other => other.key === entry.key) === entry)
    .toSorted((a, b) => number(a) - number(b))
}

/** `192.168.0.1/24,192.168.0.254` in its two parts. */
function partsOf(entry: IniEntry): string[] {
  return entry.value.split(/[;,\s]+/).filter(part => part !== '')
}

function valueOf(text: string, section: string, key: string): string | undefined {
  return iniEntries(text).findLast(entry => entry.section === section && entry.key === key)?.value
}
