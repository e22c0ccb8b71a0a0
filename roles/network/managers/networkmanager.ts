import { posix } from 'node:path'
import { canonicalAddress, type IpFamily } from '../../../runner/ip-address.js'
import { sh } from '../../../runner/ssh/quote.js'
import { addEntry, iniEntries, replaceEntry, setEntry, type IniEntry } from './ini.js'
import {
  cidr,
  isAsDeclared,
  ownEntry,
  preferredEntry,
  serversOf as ofFamily,
  withOtherServers,
  type Activation,
  type Addressing,
  type Fault,
  type Manager,
  type ManagerFile,
  type Network,
  type StartingText,
  type UpInterface,
} from './manager.js'
import { addressEntries, partsOf } from './networkmanager-address.js'

const folder = '/etc/NetworkManager/system-connections'

/**
 * A connection profile of NetworkManager as a keyfile (nm-settings-keyfile(5)). NetworkManager ignores it unless root alone can read and
 * write it, and reads it only on request: `nmcli connection load FILE`.
 */
export function networkmanager(family: IpFamily): Manager {
  return {
    name: 'networkmanager',
    files: [`${folder}/*.nmconnection`],
    mode: '0600',
    path,
    startingText,
    refusal,
    remedy: iface => `give ${iface} a profile of its own for all users, or remove \`address\` for this node`,
    read: (text, iface, preferred) => read(family, text, iface, preferred),
    write: (text, iface, network, preferred) => write(family, text, iface, network, preferred),
    reapplyCommand: iface => `nmcli connection reload; nmcli device reapply ${iface}`,
    activation,
  }
}

/**
 * A running device does not take another `interface-name` (measured with 1.42: "Can't reapply changes"): then the profile is started
 * again. Of two files with the same uuid, NetworkManager uses the one in /run rather than the one in /etc (measured with 1.42). So the profile in
 * /run is put aside for as long as the one in /etc exists. An undo of the change removes that one, and the one in /run returns.
 */
function activation(iface: string, _name: string, path: string): Activation {
  const base = posix.basename(path)
  const [volatile, aside] = [`/run/NetworkManager/system-connections/${base}`, `/run/ha-run.${base}`]
  return {
    before: [],
    after: [
      sh`if [ -e ${path} ]; then [ ! -e ${volatile} ] || mv -f -- ${volatile} ${aside}; else [ ! -e ${aside} ] || mv -f -- ${aside} ${volatile}; fi`,
      'nmcli connection reload',
      sh`nmcli device reapply ${iface} || nmcli -w 30 connection up uuid "$(nmcli -t -f UUID,DEVICE connection show --active | sed -n ${`s/:${iface}$//p`})" ifname ${iface}`,
    ],
  }
}

/**
 * The active profile's file, under /etc: a copy of a profile in /run or /usr/lib has its uuid, and is used instead of it from the next
 * boot on (NetworkManager decides by the uuid). If there is another profile's file of that name, the copy gets another name.
 */
function path(iface: string, files: ManagerFile[], active?: string): string {
  if (active === undefined) {
    const own = files.find(file => valueOf(file.text, 'connection', 'interface-name') === iface)
    return own?.path ?? `${folder}/${iface}.nmconnection`
  }
  const uuid = uuidOf(files.find(file => file.path === active)?.text)
  const copy = files.find(file => posix.dirname(file.path) === folder && uuidOf(file.text) === uuid)
  if (copy && uuid !== undefined) return copy.path
  const name = posix.basename(active)
  const present = files.find(file => file.path === posix.join(folder, name))
  return !present || uuidOf(present.text) === uuid
    ? posix.join(folder, name)
    : posix.join(folder, name.replace(/(\.nmconnection)?$/, `-${iface}.nmconnection`))
}

/** The active profile's text. */
function startingText(_iface: string, files: ManagerFile[], active?: string): StartingText | undefined {
  return files.find(file => file.path === active)
}

function uuidOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : valueOf(text, 'connection', 'uuid')
}

/** A profile for some users is active only while one of them is logged in; one for several interfaces at once is not for this one alone. */
function refusal(
  files: ManagerFile[],
  { iface }: UpInterface,
  _network: Network,
  _preferred: readonly string[],
  active?: string,
): string | undefined {
  const file = path(iface, files, active)
  const text = files.find(candidate => candidate.path === file)?.text ?? startingText(iface, files, active)?.text ?? ''
  const users = valueOf(text, 'connection', 'permissions') ?? ''
  if (users !== '')
    return `the profile ${file} is for some users only (permissions=${users}): ${iface} has no address before one of them logs in`
  // `manual-multiple` and `multiple`: bound to one interface, the profile would be missing on the others.
  const sharing = valueOf(text, 'connection', 'multi-connect') ?? ''
  return ['2', '3'].includes(sharing) && !isBound(text, iface)
    ? `the profile ${file} may be active on several interfaces at once (multi-connect=${sharing})`
    : undefined
}

/** The file of an interface's active profile, from `nmcli -t -f DEVICE,FILENAME connection show --active`. */
export function profileOf(nmcliOutput: string, iface: string): string | undefined {
  const start = `${iface}:`
  const line = nmcliOutput.split('\n').find(candidate => candidate.startsWith(start))
  // Terse mode writes `\:` and `\\` inside values (nmcli(1), --escape).
  return line?.slice(start.length).replace(/\\(.)/g, '$1') || undefined
}

function read(family: IpFamily, text: string | undefined, iface: string, preferred: readonly string[]): Addressing {
  const current = text ?? ''
  const entries = addressEntries(family, current)
  const gateway = valueOf(current, `ipv${family}`, 'gateway')
  // With other methods than `manual`, addresses may be present too, in addition to those from DHCP.
  const own = isStatic(family, current) ? ownEntry(entries, addressIn(family), preferred) : undefined
  const found = own && partsOf(family, own)
  const faults = text ? faultsOf(text, iface) : []
  return {
    address: found?.address,
    // For an address without a prefix NetworkManager assumes /24 and warns: here it counts as a difference.
    prefix: found?.prefix,
    gateway: gateway === undefined ? gatewayEntry(family, entries)?.gateway : canonicalAddress(gateway),
    dns: ofFamily(family, serversOf(family, current)),
    ...(faults.length > 0 && { faults }),
  }
}

function write(
  family: IpFamily,
  text: string | undefined,
  iface: string,
  network: Network,
  preferred: readonly string[],
): string {
  const section = `ipv${family}`
  let result = text || `[connection]\nid=${iface}\ntype=ethernet\ninterface-name=${iface}\n`
  if (isAsDeclared(read(family, result, iface, preferred), network)) return result
  for (const { setting, to } of faultsOf(result, iface)) result = setEntry(result, 'connection', setting, to)
  const pick = isStatic(family, result) ? ownEntry : preferredEntry
  if (!isStatic(family, result)) result = setEntry(result, section, 'method', 'manual')
  const own = pick(addressEntries(family, result), addressIn(family), preferred)
  const address = [cidr(network), ...(own ? [partsOf(family, own).gateway] : [])]
    .filter(part => part !== undefined)
    .join(',')
  result = own ? replaceEntry(result, own, address) : addEntry(result, section, nextKey(family, result), address)
  if (network.gateway !== undefined) result = setGateway(family, result, network.gateway, network.address)
  const servers = withOtherServers(family, network.dns, serversOf(family, result))
  return network.dns.length === 0 ? result : setEntry(result, section, 'dns', `${servers.join(';')};`)
}

/** The gateway stays in the setting that NetworkManager takes it from; a new one goes behind the interface's own address. */
function setGateway(family: IpFamily, text: string, gateway: string, address: string): string {
  const section = `ipv${family}`
  if (valueOf(text, section, 'gateway') !== undefined) return setEntry(text, section, 'gateway', gateway)
  const entries = addressEntries(family, text)
  const holder = gatewayEntry(family, entries)?.entry ?? entries.find(entry => addressIn(family)(entry) === address)
  if (!holder) return text
  const [first] = /^[^,;\s]+/.exec(holder.value) ?? []
  const { address: held, prefix } = partsOf(family, holder)
  return replaceEntry(text, holder, `${prefix === undefined ? first : `${held}/${prefix}`},${gateway}`)
}

/** The first address with a gateway: its gateway is the profile's, unless `gateway` is set, and all others are ignored (measured with 1.42). */
function gatewayEntry(family: IpFamily, entries: IniEntry[]): { entry: IniEntry; gateway: string } | undefined {
  return entries
    .map(entry => ({ entry, gateway: partsOf(family, entry).gateway }))
    .find((found): found is { entry: IniEntry; gateway: string } => found.gateway !== undefined)
}

/** A key for a further address. */
function nextKey(family: IpFamily, text: string): string {
  const numbers = addressEntries(family, text).map(({ key }) => Number(/\d*$/.exec(key)?.[0]))
  return `address${Math.max(0, ...numbers) + 1}`
}

/** Without `interface-name` and a card's address, any card may take the profile, and this interface may get none. */
function isBound(text: string, iface: string): boolean {
  const name = valueOf(text, 'connection', 'interface-name') ?? ''
  const card = ['ethernet', '802-3-ethernet', 'wifi', '802-11-wireless'].some(
    section => valueOf(text, section, 'mac-address') !== undefined,
  )
  return name === iface || (name === '' && card)
}

function faultsOf(text: string, iface: string): Fault[] {
  const name = valueOf(text, 'connection', 'interface-name')
  const autoconnect = valueOf(text, 'connection', 'autoconnect')
  const isManualStart = autoconnect !== undefined && /^(false|no|off|0|f|n)$/i.test(autoconnect)
  return [
    ...(isBound(text, iface)
      ? []
      : [{ setting: 'interface-name', ...(name !== undefined && { from: name }), to: iface }]),
    ...(isManualStart ? [{ setting: 'autoconnect', from: autoconnect, to: 'true' }] : []),
  ]
}

/** Whether the addresses in the profile are the interface's own. Those of IPv6 stand beside addresses from routers and DHCP. */
function isStatic(family: IpFamily, text: string): boolean {
  const method = valueOf(text, `ipv${family}`, 'method')
  return method === 'manual' || (family === 6 && (method === 'auto' || method === 'dhcp'))
}

const addressIn = (family: IpFamily) => (entry: IniEntry) => partsOf(family, entry).address

function serversOf(family: IpFamily, text: string): string[] {
  return (valueOf(text, `ipv${family}`, 'dns') ?? '').split(/[;,\s]+/).filter(server => server !== '')
}

function valueOf(text: string, section: string, key: string): string | undefined {
  return iniEntries(text).findLast(entry => entry.section === section && entry.key === key)?.value
}
