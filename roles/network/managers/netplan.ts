import { posix } from 'node:path'
import { isMap, isScalar, parseDocument, YAMLMap, type Document } from 'yaml'
import type { IpFamily } from '../../../runner/ip-address.js'
import { quote, sh, ShellText } from '../../../runner/ssh/quote.js'
import {
  cidr,
  isAsDeclared,
  joined,
  ownEntry,
  preferredEntry,
  serversOf,
  withOtherServers,
  type Addressing,
  type Manager,
  type ManagerName,
  type Network,
} from './manager.js'
import {
  addressItems,
  defaultRoutes,
  definitionIn,
  effectiveFiles,
  kindOf,
  leases,
  listIn,
  nameServers,
  oldGatewayOf,
  unreadable,
  type NetplanFile,
} from './netplan-files.js'
import { netplanDirectories, netplanFiles } from './netplan-profile.js'

const folder = '/etc/netplan'

/**
 * netplan (netplan(5)): YAML files, rendered at each boot to profiles in /run for NetworkManager or systemd-networkd, which manages the
 * interface. Lists, such as those of addresses, add up over the files, so an address changes in the file that has it.
 *
 * @param renderer - the manager of the interface.
 * @param id - the name of the interface's definition in the YAML files.
 * @param family - of the addresses.
 */
export function netplan(renderer: ManagerName, id: string, family: IpFamily): Manager {
  const reapply = {
    networkmanager: (iface: string) => ['nmcli connection reload', sh`nmcli device reapply ${iface}`],
    networkd: (iface: string) => ['networkctl reload', sh`networkctl reconfigure ${iface}`],
  }[renderer === 'networkd' ? 'networkd' : 'networkmanager']
  return {
    name: renderer,
    files: netplanFiles,
    mode: '0600',
    nameIn: () => id,
    refusal: (files, { iface }, network) => refusal(family, effectiveFiles(files), id, iface, network),
    remedy: iface =>
      `give ${iface} one definition with its addresses, in one file of ${folder}, or remove \`address\` for this node`,
    path: (_, files) => pathOf(family, effectiveFiles(files), id),
    validation,
    read: (text, name, preferred) => read(family, text, name, preferred),
    write: (text, name, network, preferred) => write(family, text, name, network, preferred),
    reapplyCommand: () => 'netplan apply',
    activation: iface => ({ before: [], rendering: ['netplan generate'], after: reapply(iface) }),
  }
}

function refusal(
  family: IpFamily,
  files: NetplanFile[],
  id: string,
  iface: string,
  network: Network,
): string | undefined {
  const broken = files.map(unreadable).find(reason => reason !== undefined)
  if (broken !== undefined) return broken
  // A wireless profile is named after the interface and the network.
  const defined = kindOf(files, id) === undefined ? iface : id
  const kind = kindOf(files, defined)
  if (kind === undefined) return `netplan has rendered ${iface} as ${id}, and no file of netplan defines it`
  if (kind !== 'ethernets') return `netplan defines ${defined} under ${kind}: ha-run edits ethernets only`
  const parts = partsOf(files, id)
  for (const { file, definition } of parts) {
    const reason = unsupported(family, definition, iface)
    if (reason !== undefined) return `${file.path} has ${reason} for ${id}, which ha-run does not edit`
  }
  const path = pathOf(family, files, id)
  const holders = parts.filter(({ definition }) => hasDeclaredFields(family, definition, network))
  if (holders.some(({ file }) => file.path !== path)) {
    const paths = parts.filter(part => holders.includes(part) || part.file.path === path).map(({ file }) => file.path)
    return `the addressing of ${id} is spread over ${paths.join(' and ')}, and netplan adds their lists up`
  }
  const leasing = parts.findLast(({ definition }) => leases(family, definition) !== undefined)
  const isLater = leasing !== undefined && parts.indexOf(leasing) > parts.findIndex(({ file }) => file.path === path)
  if (leasing && leases(family, leasing.definition) && leasing.file.path !== path && (holders.length > 0 || isLater))
    return `${leasing.file.path} requests a DHCP lease for ${id}, and ${path} has its other addressing`
  return posix.dirname(path) === folder
    ? undefined
    : `the addressing of ${id} is in ${path}, which is not an admin's file: what ha-run writes there would not last`
}

/** What a definition has that ha-run does not understand. */
function unsupported(family: IpFamily, definition: YAMLMap, iface: string): string | undefined {
  if (definition.has('set-name')) return '`set-name`'
  const match = definition.get('match', true)
  if (isMap(match)) {
    const keys = match.items.map(({ key }) => String(isScalar(key) ? key.value : key))
    const isOwn = keys.every(key => key === 'name') && (keys.length === 0 || match.get('name') === iface)
    if (!isOwn) return `\`match\` by ${keys.join(', ')}`
  }
  const passthrough = definition.getIn(['networkmanager', 'passthrough'], true)
  if (!isMap(passthrough)) return undefined
  const setting = passthrough.items
    .map(({ key }) => String(isScalar(key) ? key.value : key))
    .find(key => new RegExp(`^ipv${family}\\.(address|method|gateway|dns$|route)`).test(key))
  return setting === undefined ? undefined : `\`${setting}\` under \`passthrough\``
}

interface Part {
  file: NetplanFile
  definition: YAMLMap
}

function partsOf(files: NetplanFile[], id: string): Part[] {
  return files.flatMap(file => {
    const definition = definitionIn(file.document, id)
    return definition ? [{ file, definition }] : []
  })
}

/** Whether a definition has an address, or a gateway or DNS servers while those are declared. */
function hasDeclaredFields(family: IpFamily, definition: YAMLMap, { gateway, dns }: Network): boolean {
  return (
    hasAddress(family, definition) ||
    (gateway !== undefined && hasGateway(family, definition)) ||
    (dns.length > 0 && hasServers(family, definition))
  )
}

const hasAddress = (family: IpFamily, definition: YAMLMap) => addressItems(family, definition).length > 0
const hasGateway = (family: IpFamily, definition: YAMLMap) =>
  defaultRoutes(family, definition).length > 0 || oldGatewayOf(family, definition) !== undefined
const hasServers = (family: IpFamily, definition: YAMLMap) => serversOf(family, nameServers(definition)) !== undefined

/** The file with the interface's addressing; for a leased address, the last one that defines the interface, which overrides others. */
function pathOf(family: IpFamily, files: NetplanFile[], id: string): string {
  const parts = partsOf(files, id)
  const [found] = [hasAddress, hasGateway, hasServers].flatMap(
    isIn => parts.find(({ definition }) => isIn(family, definition)) ?? [],
  )
  return (found ?? parts.at(-1))?.file.path ?? `${folder}/90-ha-run.yaml`
}

function read(family: IpFamily, text: string | undefined, id: string, preferred: readonly string[]): Addressing {
  const definition = definitionIn(parseDocument(text ?? ''), id)
  if (!definition) return {}
  const items = leases(family, definition) ? [] : addressItems(family, definition)
  const own = ownEntry(items, ({ address }) => address, preferred)
  const gateways = defaultRoutes(family, definition).map(({ gateway }) => gateway)
  return {
    address: own?.address,
    prefix: own?.prefix,
    gateway: joined([oldGatewayOf(family, definition) ?? [], gateways].flat()),
    dns: serversOf(family, nameServers(definition)),
  }
}

function write(
  family: IpFamily,
  text: string | undefined,
  id: string,
  network: Network,
  preferred: readonly string[],
): string {
  const current = text ?? ''
  const found = read(family, current, id, preferred)
  if (isAsDeclared(found, network)) return current
  const document = parseDocument(current || 'network:\n  version: 2\n')
  const definition = ensureDefinition(document, id)
  const items = addressItems(family, definition)
  const isLeased = leases(family, definition)
  if (family === 4 && isLeased !== false && (isLeased || items.length === 0)) definition.set('dhcp4', false)

  const addresses = listIn(document, definition, 'addresses')
  const pick = isLeased ? preferredEntry : ownEntry
  const own = pick(items, ({ address }) => address, preferred)
  const item = own && addresses.items[own.at]
  const withOptions = isMap(item) ? item.items[0] : undefined
  if (withOptions) withOptions.key = document.createNode(cidr(network))
  else if (own) addresses.set(own.at, cidr(network))
  else addresses.add(document.createNode(cidr(network)))

  if (network.gateway !== undefined && found.gateway !== network.gateway) {
    definition.delete(`gateway${family}`)
    const routes = listIn(document, definition, 'routes')
    const [first, ...others] = defaultRoutes(family, definition)
    if (first) routes.setIn([first.at, 'via'], network.gateway)
    else routes.add(document.createNode({ to: 'default', via: network.gateway }))
    for (const other of others.toReversed()) routes.delete(other.at)
  }
  if (network.dns.length > 0 && found.dns?.join(' ') !== network.dns.join(' ')) {
    const servers = withOtherServers(family, network.dns, nameServers(definition))
    definition.setIn(['nameservers', 'addresses'], document.createNode(servers))
  }
  return document.toString({ lineWidth: 0 })
}

function ensureDefinition(document: Document, id: string): YAMLMap {
  const found = definitionIn(document, id)
  if (found) return found
  const made = new YAMLMap(document.schema)
  document.setIn(['network', 'ethernets', id], made)
  return made
}

/** A script that lets netplan read all files with a new one among them, in a directory of its own; it reads the new text from stdin. */
function validation(path: string): ShellText {
  const copies = netplanDirectories.map(
    directory => `mkdir -p "$root${directory}"
for f in ${directory}/*.yaml; do [ ! -f "$f" ] || cp -p -- "$f" "$root$f" || exit; done`,
  )
  return new ShellText(`umask 077
root=$(mktemp -d) || exit
trap 'rm -rf -- "$root"' EXIT
${copies.join('\n')}
cat >"$root"${quote(path)} || exit
netplan generate --root-dir "$root"
`)
}
