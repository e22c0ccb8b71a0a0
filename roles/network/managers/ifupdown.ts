import { broadcastOf, isSameAddress, networkOf, type IpFamily } from '../../../runner/ip-address.js'
import { sh } from '../../../runner/ssh/quote.js'
import { ended, lineEndOf, withPart } from '../lines.js'
import { ifupdownRefusal } from './ifupdown-refusal.js'
import { addressingIn, familyWords, locateStanza, inetStanza, staticStanzas } from './inet-stanza.js'
import { cidr, isAsDeclared, withOtherServers, type Activation, type Manager, type Network } from './manager.js'
import { sourcedFilesScript } from './sourced-files.js'
import {
  commandsOf,
  dnsServers,
  isBroughtUp,
  lineOf,
  optionsNamed,
  stanzasOf,
  statementsOf,
  type Stanza,
  type Statement,
} from './stanza.js'

const main = '/etc/network/interfaces'

/**
 * /etc/network/interfaces and the files that it includes (interfaces(5)). Each `iface NAME inet` stanza of an interface adds an
 * address, and so does each one of an alias, `eth0:0`. Measured with 0.8.41: `netmask` overrides the prefix in `address`; without
 * both, the address's class decides; CRLF is accepted. `dns-nameservers` is an option of resolvconf(8).
 */
export function ifupdown(family: IpFamily): Manager {
  return {
    name: 'ifupdown',
    files: { script: sourcedFilesScript(main) },
    mode: '0644',
    path: (name, files, _, preferred = []) => locateStanza(family, files, name, preferred)?.file.path ?? main,
    nameIn: (files, { iface, logical }, preferred) =>
      locateStanza(family, files, logical, preferred)?.stanza?.name ?? iface,
    refusal: (files, up, network, preferred) => ifupdownRefusal(family, files, up, network, preferred),
    remedy: iface =>
      `give ${iface} a stanza of its own, in a file that is included by name, or remove \`address\` for this node`,
    linesNaming: (text, name, preferred, address) => linesNaming(family, text, name, preferred, address),
    read: (text, name, preferred) => addressingIn(family, text, name, preferred),
    write: (text, name, network, preferred) => write(family, text, name, network, preferred),
    reapplyCommand: (iface, name = iface) => `ifdown ${name}; ifup ${name}`,
    activation: (iface, name) => activation(family, iface, name),
  }
}

/**
 * ifdown stops what the present file has started, such as a DHCP client, so it runs before the replacement. After a failed ifup the
 * interface is "not configured" but has its address: hence `--force` and the flush (measured with 0.8.41). The flush also removes the
 * addresses of aliases, which are interfaces of their own for ifupdown.
 */
function activation(family: IpFamily, iface: string, name = iface): Activation {
  const flush = sh`ip -4 address flush dev ${iface}`
  if (name !== iface) {
    return { before: [sh`ifdown --force ${name}`, flush + sh` label ${name}`], after: [sh`ifup --force ${name}`] }
  }
  const ofIPv6 = family === 6 ? [sh`ip -6 address flush dev ${iface} scope global`] : []
  const aliases = sh`ifquery --state | awk -F= -v ${`prefix=${iface}:`} 'index($1, prefix) == 1 { print $1 }'`
  return {
    before: [sh`ifdown --force ${iface}`, flush, ...ofIPv6],
    after: [`${sh`ifup --force ${iface}`} $(${aliases})`],
  }
}

/** The commands of the stanza that name an address: they stay as they are, and may be wrong after a change of it. */
function linesNaming(
  family: IpFamily,
  text: string | undefined,
  name: string,
  preferred: readonly string[],
  address: string,
): string[] {
  const stanza = inetStanza(family, stanzasOf(statementsOf(text ?? '')), name, preferred)
  return commandsOf(stanza ?? { options: [] })
    .filter(({ words }) => words.some(word => namesAddress(family, word, address)))
    .map(lineOf)
}

/** Whether a word of a command contains an address: `-s192.168.0.1/24`, `[fd00:1::1]:80`. */
function namesAddress(family: IpFamily, word: string, address: string): boolean {
  const parts = family === 4 ? word.split(/[^\d.]/) : word.split(/[^\da-f:]/i)
  return parts.some(part => isSameAddress(part, address))
}

function write(
  family: IpFamily,
  text: string | undefined,
  iface: string,
  network: Network,
  preferred: readonly string[],
): string {
  const current = text ?? ''
  const before = addressingIn(family, current, iface, preferred)
  if (isAsDeclared(before, network)) return current
  const lineEnd = lineEndOf(current)
  const statements = statementsOf(current)
  const stanzas = stanzasOf(statements)
  const stanza = inetStanza(family, stanzas, iface, preferred)
  if (!stanza) {
    const up = isBroughtUp(statements, iface) ? [] : [`auto ${iface}`]
    const options = declaredOptions(family, network).map(([key, value]) => `    ${key} ${value}`)
    return withPart(
      current,
      [...up, `iface ${iface} ${familyWords[family]} static`, ...options, ''].join(lineEnd),
      lineEnd,
    )
  }
  const edited = new Map<Statement, string>([[stanza.head, ended(asStatic(family, stanza.head.text), lineEnd)]])
  const remove = (options: Statement[]) => options.forEach(option => edited.set(option, ''))
  remove(optionsNamed(stanza, 'netmask'))
  if (before.address !== network.address || before.prefix !== network.prefix)
    remove(staleOptions(family, stanza, network))
  const shared = [stanza, ...staticStanzas(family, stanzas, stanza.name)]
  const singleServers = shared.flatMap(one => optionsNamed(one, 'dns-nameserver'))
  if (network.dns.length > 0) remove(singleServers)
  const serverLists = shared.map(one => optionsNamed(one, 'dns-nameservers')).find(options => options.length > 0) ?? []
  let after = stanza.head
  for (const [key, value] of declaredOptions(family, network, dnsServers([...serverLists, ...singleServers]))) {
    const option = (indentation: string) => `${indentation}${key} ${value}${lineEnd}`
    const holder: Stanza =
      key === 'address' ? stanza : (shared.find(one => optionsNamed(one, key).length > 0) ?? stanza)
    const [first, ...others] = optionsNamed(holder, key)
    remove(others)
    if (first) edited.set(first, option(indentationOf(first)))
    else edited.set(after, ended(edited.get(after) ?? after.text, lineEnd) + option(indentationOf(stanza.options[0])))
    if (first && holder === stanza) after = first
  }
  return statements.map(statement => edited.get(statement) ?? statement.text).join('')
}

/** @param servers - in the options that the result replaces. */
function declaredOptions(family: IpFamily, network: Network, servers: string[] = []): [key: string, value: string][] {
  const options: [string, string][] = [['address', cidr(network)]]
  if (network.gateway !== undefined) options.push(['gateway', network.gateway])
  if (network.dns.length > 0)
    options.push(['dns-nameservers', withOtherServers(family, network.dns, servers).join(' ')])
  return options
}

/** The options that were right for the former address and prefix; IPv6 has none. `broadcast +` and `broadcast -` are right for any. */
function staleOptions(family: IpFamily, stanza: Stanza, { address, prefix }: Network): Statement[] {
  if (family === 6) return []
  const right = { broadcast: ['+', '-', broadcastOf(address, prefix)], network: [networkOf(address, prefix)] }
  return Object.entries(right).flatMap(([name, values]) =>
    optionsNamed(stanza, name).filter(({ words: [, value = ''] }) => !values.includes(value)),
  )
}

/** An `iface` line with its method replaced; `inherits …` after it is kept. */
function asStatic(family: IpFamily, head: string): string {
  const space = String.raw`(?:\s|\\\n)`
  const method = new RegExp(`^(${space}*iface${space}+\\S+${space}+${familyWords[family]}${space}+)[^\\s\\\\]+`)
  return head.replace(method, '$1static')
}

/** How an option is indented. */
function indentationOf(option: Statement | undefined): string {
  const [indent = ''] = /^[ \t]*/.exec(option?.text ?? '    ') ?? []
  return indent
}
