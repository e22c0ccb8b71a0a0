import { canonicalAddress, parseCidr, prefixOfNetmask, type IpFamily } from '../../../runner/ip-address.js'
import { joined, serversOf, type Addressing, type ManagerFile } from './manager.js'
import { dnsServers, optionsNamed, stanzasOf, statementsOf, type Stanza, type Statement } from './stanza.js'

/** What a stanza means: its own options and those that it inherits. */

/** Interfaces(5) calls them address families. */
export const familyWords: Record<IpFamily, string> = { 4: 'inet', 6: 'inet6' }

/**
 * The stanza that has an interface's address, of those for it and its aliases (`eth0:0`): the static one with the first of the
 * preferred addresses that any has. If none has one, the interface's address is probably from DHCP.
 */
export function inetStanza(
  family: IpFamily,
  stanzas: Stanza[],
  name: string,
  preferred: readonly string[],
): Stanza | undefined {
  const candidates = inetStanzas(family, stanzas, name)
  for (const wanted of preferred) {
    const found = candidates.find(stanza => ownAddressing(family, stanza, stanzas).address === wanted)
    if (found) return found
  }
  const own = candidates.filter(stanza => stanza.name === name)
  const withMethod = (...methods: string[]) => own.find(stanza => methods.includes(methodOf(stanza, stanzas) ?? ''))
  // IPv6 addresses stand beside those from routers and DHCP: a static stanza is added to the others.
  if (family === 6) return withMethod('static')
  return withMethod('dhcp', 'bootp') ?? withMethod('static') ?? own[0]
}

/** The stanza of an interface in several files. */
export interface LocatedStanza {
  file: ManagerFile
  /** Undefined if the file has stanzas of the interface for other address families only. */
  stanza: Stanza | undefined
  /** Those of all files. */
  stanzas: Stanza[]
}

/** Finds the stanza in all files together. */
export function locateStanza(
  family: IpFamily,
  files: ManagerFile[],
  name: string,
  preferred: readonly string[],
): LocatedStanza | undefined {
  const located = files.flatMap(file => stanzasOf(statementsOf(file.text)).map(stanza => ({ file, stanza })))
  const stanzas = located.map(({ stanza }) => stanza)
  const stanza = inetStanza(family, stanzas, name, preferred)
  const found = located.find(one => (stanza ? one.stanza === stanza : one.stanza.name === name))
  return found && { file: found.file, stanza, stanzas }
}

/** The static addressing that one file gives to an interface. */
export function addressingIn(
  family: IpFamily,
  text: string | undefined,
  name: string,
  preferred: readonly string[],
): Addressing {
  const stanzas = stanzasOf(statementsOf(text ?? ''))
  const stanza = inetStanza(family, stanzas, name, preferred)
  return stanza ? addressingOf(family, stanza, stanzas) : {}
}

/** The stanzas with which an interface and its aliases get their static addresses. */
export function staticStanzas(family: IpFamily, stanzas: Stanza[], name: string): Stanza[] {
  return inetStanzas(family, stanzas, name).filter(stanza => methodOf(stanza, stanzas) === 'static')
}

function inetStanzas(family: IpFamily, stanzas: Stanza[], name: string): Stanza[] {
  const isOwn = (stanza: Stanza) => stanza.name === name || stanza.name.startsWith(`${name}:`)
  return stanzas.filter(stanza => isOwn(stanza) && familyOf(stanza, stanzas) === familyWords[family])
}

/**
 * The static addressing that a stanza gives to its interface. The gateway and the DNS servers are the interface's: any stanza of it
 * may have them.
 */
export function addressingOf(family: IpFamily, stanza: Stanza, stanzas: Stanza[]): Addressing {
  const own = ownAddressing(family, stanza, stanzas)
  if (own.address === undefined) return own
  const others = staticStanzas(family, stanzas, stanza.name).map(other => ownAddressing(family, other, stanzas))
  return {
    ...own,
    gateway: own.gateway ?? others.find(({ gateway }) => gateway !== undefined)?.gateway,
    dns: own.dns ?? others.find(({ dns }) => dns !== undefined)?.dns,
  }
}

function ownAddressing(family: IpFamily, stanza: Stanza, stanzas: Stanza[]): Addressing {
  if (methodOf(stanza, stanzas) !== 'static') return {}
  const options = [...inheritedOptions(stanza, stanzas), ...stanza.options]
  // Of several values, which 0.8.41 joins, `ip addr` gets the first one: so an inherited address overrides the stanza's own.
  const values = (key: string) => optionsNamed({ options }, key).map(({ words }) => words[1] ?? '')
  const found = parseCidr(values('address')[0] ?? '', family)
  const [netmask] = values('netmask')
  const ownPrefix = found && (found.prefix ?? (family === 4 ? classPrefix(found.address) : undefined))
  return {
    address: found?.address,
    prefix: netmask === undefined ? ownPrefix : prefixOfNetmask(netmask, family),
    gateway: joined(values('gateway').map(gateway => canonicalAddress(gateway))),
    dns: serversOf(family, dnsServers(options)),
  }
}

/** The options that a stanza inherits; ifupdown puts them before its own. */
export function inheritedOptions(stanza: Stanza, stanzas: Stanza[]): Statement[] {
  const base = baseOf(stanza, stanzas)
  return base ? [...inheritedOptions(base, stanzas), ...base.options] : []
}

export function methodOf(stanza: Stanza, stanzas: Stanza[]): string | undefined {
  const base = stanza.method === undefined ? baseOf(stanza, stanzas) : undefined
  return base ? methodOf(base, stanzas) : stanza.method
}

/** Without a family of its own, and without the stanza that it inherits, a stanza may be for inet: it counts. */
function familyOf(stanza: Stanza, stanzas: Stanza[]): string {
  const base = stanza.family === undefined ? baseOf(stanza, stanzas) : undefined
  return base ? familyOf(base, stanzas) : (stanza.family ?? 'inet')
}

/** Only a stanza above can be inherited. */
function baseOf({ head, inherits, family }: Stanza, stanzas: Stanza[]): Stanza | undefined {
  const above = stanzas.slice(
    0,
    stanzas.findIndex(stanza => stanza.head === head),
  )
  return above.find(stanza => stanza.name === inherits && (family === undefined || stanza.family === family))
}

/** The prefix length that ifupdown uses if a stanza has none: that of the address's class (measured, ifupdown 0.8.41). */
export function classPrefix(address: string): number {
  const first = Number(address.split('.')[0])
  if (first < 128) return 8
  return first < 192 ? 16 : 24
}
