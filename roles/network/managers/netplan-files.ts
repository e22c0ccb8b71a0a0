import { posix } from 'node:path'
import { isMap, isScalar, isSeq, parseDocument, visit, YAMLSeq, type Document, type YAMLMap } from 'yaml'
import { canonicalAddress, parseCidr, type IpFamily } from '../../../runner/ip-address.js'
import { gatewayIn, type ManagerFile } from './manager.js'
import { netplanDirectories } from './netplan-profile.js'

/** The YAML files of netplan (netplan(5)): which ones count, and what they say about one definition of an interface. */

/** The kinds of definitions. ha-run edits those of `ethernets`. */
const kinds = [
  'ethernets',
  'wifis',
  'modems',
  'bonds',
  'bridges',
  'vlans',
  'tunnels',
  'vrfs',
  'dummy-devices',
  'virtual-ethernets',
  'nm-devices',
]

/** A file and its YAML. */
export interface NetplanFile extends ManagerFile {
  document: Document
}

/** The files that count, in the order in which netplan merges them. */
export function effectiveFiles(files: readonly ManagerFile[]): NetplanFile[] {
  const byName = new Map<string, ManagerFile>()
  for (const directory of netplanDirectories.toReversed()) {
    for (const file of files) if (posix.dirname(file.path) === directory) byName.set(posix.basename(file.path), file)
  }
  return [...byName.values()]
    .toSorted((a, b) => (posix.basename(a.path) < posix.basename(b.path) ? -1 : 1))
    .map(file => ({ ...file, document: parseDocument(isReadable(file.text) ? file.text : tooLarge) }))
}

/** Files of netplan are short. The parser calls itself for each level of nesting, and its time grows faster than the text. */
const maxLength = 64 * 1024
const maxOpenings = 1000
const maxQuotes = 4000
/** In place of a file beyond these limits: its error is the reason why ha-run does not edit it. */
const tooLarge = '{ # more text or nesting than a file of netplan has'

function isReadable(text: string): boolean {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0
  return text.length <= maxLength && count(/[[{]|[-?:] (?=[-?] )/g) <= maxOpenings && count(/["']/g) <= maxQuotes
}

/** Why a file cannot be edited, as a sentence. */
export function unreadable({ path, document }: NetplanFile): string | undefined {
  const [error] = document.errors
  if (error) return `${path} is not valid YAML: ${error.message.split('\n', 1)[0]}`
  let hasAlias = false
  visit(document, {
    Alias() {
      hasAlias = true
      return visit.BREAK
    },
  })
  return hasAlias ? `${path} has YAML aliases, which ha-run does not edit` : undefined
}

/** The kind of a definition, in whichever file it is. */
export function kindOf(files: readonly NetplanFile[], id: string): string | undefined {
  return kinds.find(kind => files.some(({ document }) => document.hasIn(['network', kind, id])))
}

/** A file's part of the definition of an ethernet interface. */
export function definitionIn(document: Document, id: string): YAMLMap | undefined {
  const found = document.getIn(['network', 'ethernets', id], true)
  return isMap(found) ? found : undefined
}

/**
 * Whether addresses come from a DHCP server; undefined if the definition leaves it open. Static IPv6 addresses stand beside those
 * from routers and DHCP, which do not matter therefore.
 */
export function leases(family: IpFamily, definition: YAMLMap): boolean | undefined {
  if (family === 6) return undefined
  const value = definition.get('dhcp4')
  if (typeof value === 'string') return /^(true|yes|on|y)$/i.test(value)
  return typeof value === 'boolean' ? value : undefined
}

/** An address of a definition, at its place in the list. */
export interface AddressItem {
  at: number
  address: string
  prefix: number | undefined
}

/** The addresses of a family: `192.168.0.1/24`, or that with options such as a label. */
export function addressItems(family: IpFamily, definition: YAMLMap): AddressItem[] {
  return itemsOf(definition, 'addresses').flatMap((item, at) => {
    const text = isMap(item) ? item.items[0]?.key : item
    const found = parseCidr(String(isScalar(text) ? text.value : text), family)
    return found ? [{ at, address: found.address, prefix: found.prefix }] : []
  })
}

/** A default route of a family, at its place in the list. */
export interface RouteItem {
  at: number
  gateway: string
}

/** `to: default` with a gateway of the family, or `to: 0.0.0.0/0` or `::/0`, in the main routing table. */
export function defaultRoutes(family: IpFamily, definition: YAMLMap): RouteItem[] {
  return itemsOf(definition, 'routes').flatMap((item, at) => {
    if (!isMap(item) || item.has('table')) return []
    const gateway = gatewayIn(family, String(item.get('via')))
    const isDefault = ['default', '0.0.0.0/0', '0/0', '::/0'].includes(String(item.get('to')))
    return isDefault && gateway !== undefined ? [{ at, gateway }] : []
  })
}

/** The older form of a default route: `gateway4`, `gateway6`. */
export function oldGatewayOf(family: IpFamily, definition: YAMLMap): string | undefined {
  const value = definition.get(`gateway${family}`)
  return typeof value === 'string' ? canonicalAddress(value) : undefined
}

/** All name servers, of both families. */
export function nameServers(definition: YAMLMap): string[] {
  const servers = definition.getIn(['nameservers', 'addresses'], true)
  return isSeq(servers) ? servers.items.map(item => String(isScalar(item) ? item.value : item)) : []
}

function itemsOf(definition: YAMLMap, key: string): unknown[] {
  const list = definition.get(key, true)
  return isSeq(list) ? list.items : []
}

/** The list at a key, which is made if there is none. */
export function listIn(document: Document, definition: YAMLMap, key: string): YAMLSeq {
  const found = definition.get(key, true)
  if (isSeq(found)) return found
  const list = new YAMLSeq(document.schema)
  definition.set(key, list)
  return list
}
