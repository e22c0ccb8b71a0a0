import { isIPv4 } from 'node:net'
import { posix } from 'node:path'
import { isMap, isScalar, parseDocument, YAMLMap, type Document } from 'yaml'
import { quote, sh, ShellText } from '../../../runner/ssh/quote.js'
import {
  cidr,
  isAsDeclared,
  joined,
  ownEntry,
  preferredEntry,
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
  gateway4Of,
  kindOf,
  leases,
  listIn,
  nameServers,
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
 */
export function netplan(renderer: ManagerName, id: string): Manager {
  const reapply = {
    networkmanager: (iface: string) => ['nmcli connection reload', sh`nmcli device reapply ${iface}`],
    networkd: (iface: string) => ['networkctl reload', sh`networkctl reconfigure ${iface}`],
  }[renderer === 'networkd' ? 'networkd' : 'networkmanager']
  return {
    name: renderer,
    files: netplanFiles,
    mode: '0600',
    nameIn: () => id,
    refusal: (files, { iface }, network) => refusal(effectiveFiles(files), id, iface, network),
    remedy: iface =>
      `give ${iface} one definition with its addresses, in one file of ${folder}, or remove \`address\` for this node`,
    path: (_, files) => pathOf(effectiveFiles(files), id),
    validation,
    read,
    write,
    reapplyCommand: () => 'netplan apply',
    activation: iface => ({ before: [], rendering: ['netplan generate'], after: reapply(iface) }),
  }
}

function refusal(files: NetplanFile[], id: string, iface: string, network: Network): string | undefined {
  const broken = files.map(unreadable).find(reason => reason !== undefined)
  if (broken !== undefined) return broken
  // A wireless profile is named after the interface and the network.
  const defined = kindOf(files, id) === undefined ? iface : id
  const kind = kindOf(files, defined)
  if (kind === undefined) return `netplan has rendered ${iface} as ${id}, and no file of netplan defines it`
  if (kind !== 'ethernets') return `netplan defines ${defined} under ${kind}: ha-run edits ethernets only`
  const parts = partsOf(files, id)
  for (const { file, definition } of parts) {
    const reason = unsupported(definition, iface)
    if (reason !== undefined) return `${file.path} has ${reason} for ${id}, which ha-run does not edit`
  }
  const path = pathOf(files, id)
  const holders = parts.filter(({ definition }) => hasDeclaredFields(definition, network))
  if (holders.some(({ file }) => file.path !== path)) {
    const paths = parts.filter(part => holders.includes(part) || part.file.path === path).map(({ file }) => file.path)
    return `the addressing of ${id} is spread over ${paths.join(' and ')}, and netplan adds their lists up`
  }
  const leasing = parts.findLast(({ definition }) => leases(definition) !== undefined)
  const isLater = leasing !== undefined && parts.indexOf(leasing) > parts.findIndex(({ file }) => file.path === path)
  if (leasing && leases(leasing.definition) && leasing.file.path !== path && (holders.length > 0 || isLater))
    return `${leasing.file.path} requests a DHCP lease for ${id}, and ${path} has its other addressing`
  return posix.dirname(path) === folder
    ? undefined
    : `the addressing of ${id} is in ${path}, which is not an admin's file: what ha-run writes there would not last`
}

/** What a definition has that ha-run does not understand. */
function unsupported(definition: YAMLMap, iface: string): string | undefined {
  if (definition.has('set-name')) return '`set-name`'
  const match = definition.get('match', true)
  if (isMap(match)) {
    const keys = match.items.map(({ key }) => String(isScalar(key) ? key.value : key))
    const isOwn = keys.every(key => key === 'name') && (keys.length === 0 || match.get('name') === iface)
    if (!isOwn) return `\`match\` by ${keys.join(', ')}`
  }
  const passthrough = definition.getIn(['networkmanager', 'passthrough'], true)
  if (!isMap(passthrough)) return undefined
  const ipv4 = passthrough.items
    .map(({ key }) => String(isScalar(key) ? key.value : key))
    .find(key => /^ipv4\.(address|method|gateway|dns$|route)/.test(key))
  return ipv4 === undefined ? undefined : `\`${ipv4}\` under \`passthrough\``
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
function hasDeclaredFields(definition: YAMLMap, { gateway, dns }: Network): boolean {
  return (
    hasAddress(definition) ||
    (gateway !== undefined && hasGateway(definition)) ||
    (dns.length > 0 && hasServers(definition))
  )
}

const hasAddress = (definition: YAMLMap) => addressItems(definition).length > 0
const hasGateway = (definition: YAMLMap) => defaultRoutes(definition).length > 0 || gateway4Of(definition) !== undefined
const hasServers = (definition: YAMLMap) => nameServers(definition).some(server => isIPv4(server))

/** The file with the interface's addressing; for a leased address, the last one that defines the interface, which overrides others. */
function pathOf(files: NetplanFile[], id: string): string {
  const parts = partsOf(files, id)
  const [found] = [hasAddress, hasGateway, hasServers].flatMap(
    isIn => parts.find(({ definition }) => isIn(definition)) ?? [],
  )
  return (found ?? parts.at(-1))?.file.path ?? `${folder}/90-ha-run.yaml`
}

function read(text: string | undefined, id: string, preferred: readonly string[]): Addressing {
  const definition = definitionIn(parseDocument(text ?? ''), id)
  if (!definition) return {}
  const items = leases(definition) ? [] : addressItems(definition)
  const own = ownEntry(items, ({ address }) => address, preferred)
  const gateways = defaultRoutes(definition).map(({ gateway }) => gateway)
  const servers = nameServers(definition).filter(server => isIPv4(server))
  return {
    address: own?.address,
    prefix: own?.prefix,
    gateway: joined([gateway4Of(definition) ?? [], gateways].flat()),
    dns: servers.length === 0 ? undefined : servers,
  }
}

function write(text: string | undefined, id: string, network: Network, preferred: readonly string[]): string {
  const current = text ?? ''
  const found = read(current, id, preferred)
  if (isAsDeclared(found, network)) return current
  const document = parseDocument(current || 'network:\n  version: 2\n')
  const definition = ensureDefinition(document, id)
  const items = addressItems(definition)
  const isLeased = leases(definition)
  if (isLeased !== false && (isLeased || items.length === 0)) definition.set('dhcp4', false)

  const addresses = listIn(document, definition, 'addresses')
  const pick = isLeased ? preferredEntry : ownEntry
  const own = pick(items, ({ address }) => address, preferred)
  const item = own && addresses.items[own.at]
  const withOptions = isMap(item) ? item.items[0] : undefined
  if (withOptions) withOptions.key = document.createNode(cidr(network))
  else if (own) addresses.set(own.at, cidr(network))
  else addresses.add(document.createNode(cidr(network)))

  if (network.gateway !== undefined && found.gateway !== network.gateway) {
    definition.delete('gateway4')
    const routes = listIn(document, definition, 'routes')
    const [first, ...others] = defaultRoutes(definition)
    if (first) routes.setIn([first.at, 'via'], network.gateway)
    else routes.add(document.createNode({ to: 'default', via: network.gateway }))
    for (const other of others.toReversed()) routes.delete(other.at)
  }
  if (network.dns.length > 0 && found.dns?.join(' ') !== network.dns.join(' ')) {
    const others = nameServers(definition).filter(server => !isIPv4(server))
    definition.setIn(['nameservers', 'addresses'], document.createNode([...network.dns, ...others]))
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
