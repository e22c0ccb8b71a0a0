import { matchesGlob } from '../../../runner/glob.js'
import type { IpFamily } from '../../../runner/ip-address.js'
import {
  addressingIn,
  addressingOf,
  familyWords,
  inheritedOptions,
  locateStanza,
  methodOf,
  staticStanzas,
} from './inet-stanza.js'
import { isAsDeclared, type Addressing, type ManagerFile, type Network, type UpInterface } from './manager.js'
import { unfollowed } from './sourced-files.js'
import { commandsOf, lineOf, optionsNamed, statementsOf, type Stanza, type Statement } from './stanza.js'

/**
 * Why ha-run cannot give an interface its declared addressing in these files, as a sentence; undefined if it can, or if the
 * interface has it. What other interfaces share, and what ifupdown decides at run time, is not edited.
 */
export function ifupdownRefusal(
  family: IpFamily,
  files: ManagerFile[],
  { iface, logical }: UpInterface,
  network: Network,
  preferred: readonly string[],
): string | undefined {
  const statements = files.flatMap(file => statementsOf(file.text))
  const found = locateStanza(family, files, logical, preferred)
  if (!found) return notFound(family, { iface, logical }, files)
  const { file, stanza, stanzas } = found
  if (stanza) {
    const here = addressingIn(family, file.text, stanza.name, preferred)
    const [elsewhere] = differingFields(here, addressingOf(family, stanza, stanzas))
    if (elsewhere !== undefined)
      return `\`${lineOf(stanza.head)}\` in ${file.path} has its ${elsewhere} from another file`
    if (isAsDeclared(here, network)) return undefined
  }
  return (
    mappingRefusal(iface, statements) ??
    logicalRefusal({ iface, logical }, stanza) ??
    (stanza && (methodRefusal(stanza, stanzas) ?? inheritanceRefusal(family, stanza, stanzas, network)))
  )
}

function differingFields(here: Addressing, everywhere: Addressing): string[] {
  return (['address', 'prefix', 'gateway', 'dns'] as const).filter(
    field => String(here[field] ?? '') !== String(everywhere[field] ?? ''),
  )
}

function mappingRefusal(iface: string, statements: Statement[]): string | undefined {
  const mapping = statements.find(
    ({ words: [keyword, ...patterns] }) =>
      keyword === 'mapping' && patterns.some(pattern => matchesGlob(iface, pattern)),
  )
  return mapping && `\`${lineOf(mapping)}\` makes a script choose the stanza of ${iface} each time it comes up`
}

/** With another name, a stanza may be for several interfaces, as with `auto /eth*=lan`. */
function logicalRefusal({ iface, logical }: UpInterface, stanza: Stanza | undefined): string | undefined {
  if (logical === iface) return undefined
  const head = stanza ? lineOf(stanza.head) : `iface ${logical}`
  return `${iface} is up with the stanza \`${head}\`, which other interfaces may use too`
}

function methodRefusal(chosen: Stanza, stanzas: Stanza[]): string | undefined {
  const method = methodOf(chosen, stanzas)
  const head = lineOf(chosen.head)
  if (method !== 'static' && chosen.method === undefined) return `\`${head}\` inherits its method`
  if (method === undefined || !['static', 'dhcp', 'bootp', 'manual'].includes(method))
    return `\`${head}\` has another purpose than an address on a network`
  const [command] = method === 'manual' ? commandsOf(chosen) : []
  return command && `\`${head}\` has its address from a command, perhaps from \`${lineOf(command)}\``
}

/** Inherited options come first, so a stanza cannot override them. */
function inheritanceRefusal(family: IpFamily, chosen: Stanza, stanzas: Stanza[], network: Network): string | undefined {
  const inheritedBy = (stanza: Stanza, names: string[]) => {
    const options = inheritedOptions(stanza, stanzas)
    const [option] = names.flatMap(name => optionsNamed({ options }, name))
    return option && `\`${lineOf(stanza.head)}\` inherits \`${lineOf(option)}\`, which it cannot override`
  }
  const shared = [
    ...(network.gateway === undefined ? [] : ['gateway']),
    ...(network.dns.length === 0 ? [] : ['dns-nameservers', 'dns-nameserver']),
  ]
  return [
    inheritedBy(chosen, ['address', 'netmask', 'broadcast', ...shared]),
    ...staticStanzas(family, stanzas, chosen.name).map(stanza => inheritedBy(stanza, shared)),
  ].find(sentence => sentence !== undefined)
}

/** Another stanza would be appended where the present one is not known: then the interface would have two. */
function notFound(family: IpFamily, { iface, logical }: UpInterface, files: ManagerFile[]): string {
  const missed = files
    .flatMap(file => statementsOf(file.text))
    .filter(
      ({ words: [keyword = ''], text }) =>
        /^source(-dir|$)/.test(keyword) && unfollowed.test(text.replaceAll('\\\n', '')),
    )
  const read =
    files.length === 0
      ? 'there is no /etc/network/interfaces'
      : `files read: ${files.map(({ path }) => path).join(', ')}`
  const notRead = missed.length === 0 ? '' : `; not followed: ${missed.map(line => `\`${lineOf(line)}\``).join(', ')}`
  return `ifupdown has ${iface} up and its stanza, \`iface ${logical} ${familyWords[family]}\`, was not found (${read}${notRead})`
}
