import { broadcastOf, networkOf } from '../../../runner/ipv4.js'
import { sh } from '../../../runner/ssh/quote.js'
import { ended, lineEndOf, withPart } from '../lines.js'
import { ifupdownRefusal } from './ifupdown-refusal.js'
import { addressingIn, locateStanza, inetStanza, staticStanzas } from './inet-stanza.js'
import {
  cidr,
  isAsDeclared,
  withIpv6Servers,
  type Activation,
  type Manager,
  type ManagerFile,
  type Network,
  type UpInterface,
} from './manager.js'
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
export const ifupdown: Manager = {
  name: 'ifupdown',
  files: { script: sourcedFilesScript(main) },
  mode: '0644',
  path,
  nameIn,
  refusal: ifupdownRefusal,
  remedy: iface =>
    `give ${iface} a stanza of its own, in a file that is included by name, or remove \`address\` for this node`,
  linesNaming,
  read: addressingIn,
  write,
  reapplyCommand: (iface, name = iface) => `ifdown ${name}; ifup ${name}`,
  activation,
}

/**
 * ifdown stops what the present file has started, such as a DHCP client, so it runs before the replacement. After a failed ifup the
 * interface is "not configured" but has its address: hence `--force` and the flush (measured with 0.8.41). The flush also removes the
 * addresses of aliases, which are interfaces of their own for ifupdown.
 */
function activation(iface: string, name = iface): Activation {
  const flush = sh`ip -4 address flush dev ${iface}`
  if (name !== iface) {
    return { before: [sh`ifdown --force ${name}`, flush + sh` label ${name}`], after: [sh`ifup --force ${name}`] }
  }
  const aliases = sh`ifquery --state | awk -F= -v ${`prefix=${iface}:`} 'index($1, prefix) == 1 { print $1 }'`
  return { before: [sh`ifdown --force ${iface}`, flush], after: [`${sh`ifup --force ${iface}`} $(${aliases})`] }
}

function path(name: string, files: ManagerFile[], _: string | undefined, preferred: readonly string[] = []): string {
  return locateStanza(files, name, preferred)?.file.path ?? main
}

function nameIn(files: ManagerFile[], { iface, logical }: UpInterface, preferred: readonly string[]): string {
  return locateStanza(files, logical, preferred)?.stanza?.name ?? iface
}

/** The commands of the stanza that name an address: they stay as they are, and may be wrong after a change of it. */
function linesNaming(text: string | undefined, name: string, preferred: readonly string[], address: string): string[] {
  const stanza = inetStanza(stanzasOf(statementsOf(text ?? '')), name, preferred)
  return commandsOf(stanza ?? { options: [] })
    .filter(({ words }) => words.some(word => word.split(/[^\d.]/).includes(address)))
    .map(lineOf)
}

function write(text: string | undefined, iface: string, network: Network, preferred: readonly string[]): string {
  const current = text ?? ''
  const before = addressingIn(current, iface, preferred)
  if (isAsDeclared(before, network)) return current
  const lineEnd = lineEndOf(current)
  const statements = statementsOf(current)
  const stanzas = stanzasOf(statements)
  const stanza = inetStanza(stanzas, iface, preferred)
  if (!stanza) {
    const up = isBroughtUp(statements, iface) ? [] : [`auto ${iface}`]
    const options = declaredOptions(network).map(([key, value]) => `    ${key} ${value}`)
    return withPart(current, [...up, `iface ${iface} inet static`, ...options, ''].join(lineEnd), lineEnd)
  }
  const edited = new Map<Statement, string>([[stanza.head, ended(asStatic(stanza.head.text), lineEnd)]])
  const remove = (options: Statement[]) => options.forEach(option => edited.set(option, ''))
  remove(optionsNamed(stanza, 'netmask'))
  if (before.address !== network.address || before.prefix !== network.prefix) remove(staleOptions(stanza, network))
  const shared = [stanza, ...staticStanzas(stanzas, stanza.name)]
  const singleServers = shared.flatMap(one => optionsNamed(one, 'dns-nameserver'))
  if (network.dns.length > 0) remove(singleServers)
  const serverLists = shared.map(one => optionsNamed(one, 'dns-nameservers')).find(options => options.length > 0) ?? []
  let after = stanza.head
  for (const [key, value] of declaredOptions(network, dnsServers([...serverLists, ...singleServers]))) {
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
function declaredOptions(network: Network, servers: string[] = []): [key: string, value: string][] {
  const options: [string, string][] = [['address', cidr(network)]]
  if (network.gateway !== undefined) options.push(['gateway', network.gateway])
  if (network.dns.length > 0) options.push(['dns-nameservers', withIpv6Servers(network.dns, servers).join(' ')])
  return options
}

/** The options that were right for the former address and prefix. `broadcast +` and `broadcast -` are right for any. */
function staleOptions(stanza: Stanza, { address, prefix }: Network): Statement[] {
  const right = { broadcast: ['+', '-', broadcastOf(address, prefix)], network: [networkOf(address, prefix)] }
  return Object.entries(right).flatMap(([name, values]) =>
    optionsNamed(stanza, name).filter(({ words: [, value = ''] }) => !values.includes(value)),
  )
}

/** An `iface` line with its method replaced; `inherits …` after it is kept. */
function asStatic(head: string): string {
  return head.replace(/^((?:\s|\\\n)*iface(?:\s|\\\n)+\S+(?:\s|\\\n)+inet(?:\s|\\\n)+)[^\s\\]+/, '$1static')
}

/** How an option is indented. */
function indentationOf(option: Statement | undefined): string {
  const [indent = ''] = /^[ \t]*/.exec(option?.text ?? '    ') ?? []
  return indent
}
