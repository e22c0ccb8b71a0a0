import { posix } from 'node:path'
import { matchesGlob } from '../../../runner/glob.js'
import { parseCidr, prefixOfNetmask } from '../../../runner/ipv4.js'
import { sh } from '../../../runner/ssh/quote.js'
import { ended, lineEndOf, withPart } from '../lines.js'
import {
  cidr,
  isAsDeclared,
  joined,
  type Addressing,
  type Manager,
  type ManagerFile,
  type Network,
  type Activation,
} from './manager.js'
import { inetStanza, isBroughtUp, statementsOf, type Stanza, type Statement } from './stanza.js'

const main = '/etc/network/interfaces'

/**
 * /etc/network/interfaces (interfaces(5)). The first of several `iface NAME inet` stanzas has the interface's own address. Measured
 * with 0.8.41: `netmask` overrides the prefix in `address`; without both, the address's class decides; CRLF is accepted.
 * `dns-nameservers` is an option of resolvconf(8).
 */
export const ifupdown: Manager = {
  name: 'ifupdown',
  files: [main, '/etc/network/interfaces.d/*'],
  mode: '0644',
  path,
  read,
  write,
  reapplyCommand: iface => `ifdown ${iface}; ifup ${iface}`,
  activation,
}

/**
 * ifdown stops what the present file has started, such as a DHCP client, so it runs before the replacement. After a failed ifup the
 * interface is "not configured" but has its address: hence `--force` and the flush (measured with 0.8.41).
 */
function activation(iface: string): Activation {
  return {
    before: [sh`ifdown --force ${iface}`, sh`ip -4 address flush dev ${iface}`],
    after: [sh`ifup --force ${iface}`],
  }
}

function path(iface: string, files: ManagerFile[]): string {
  const top = files.find(file => file.path === main)?.text ?? ''
  const holder = files.find(
    file => (file.path === main || isSourced(top, file.path)) && inetStanza(statementsOf(file.text), iface),
  )
  return holder?.path ?? main
}

/** Whether the main file includes another: `source PATTERN`, or `source-directory`, which takes plain names only. */
function isSourced(top: string, file: string): boolean {
  return statementsOf(top).some(({ words: [keyword, ...patterns] }) =>
    patterns.some(pattern => {
      const absolute = posix.resolve(posix.dirname(main), pattern)
      if (keyword === 'source') return matchesGlob(file, absolute)
      return keyword === 'source-directory' && posix.dirname(file) === absolute && /\/[\w-]+$/.test(file)
    }),
  )
}

function read(text: string | undefined, iface: string): Addressing {
  const stanza = inetStanza(statementsOf(text ?? ''), iface)
  if (stanza?.head.words[3] !== 'static') return {}
  const value = (key: string) => optionsNamed(stanza, key)[0]?.words[1]
  const found = parseCidr(value('address') ?? '')
  const netmask = value('netmask')
  const ownPrefix = found && (found.prefix ?? classPrefix(found.address))
  const dns = [...optionsNamed(stanza, 'dns-nameservers'), ...optionsNamed(stanza, 'dns-nameserver')]
  return {
    address: found?.address,
    prefix: netmask === undefined ? ownPrefix : prefixOfNetmask(netmask),
    gateway: joined(optionsNamed(stanza, 'gateway').map(({ words }) => words[1] ?? '')),
    dns: dns.length === 0 ? undefined : dns.flatMap(({ words }) => words.slice(1)),
  }
}

function write(text: string | undefined, iface: string, network: Network): string {
  const current = text ?? ''
  if (isAsDeclared(read(current, iface), network)) return current
  const lineEnd = lineEndOf(current)
  const statements = statementsOf(current)
  const stanza = inetStanza(statements, iface)
  if (!stanza) {
    const up = isBroughtUp(statements, iface) ? [] : [`auto ${iface}`]
    const options = declaredOptions(network).map(([key, value]) => `    ${key} ${value}`)
    return withPart(current, [...up, `iface ${iface} inet static`, ...options, ''].join(lineEnd), lineEnd)
  }
  const edited = new Map<Statement, string>([[stanza.head, ended(asStatic(stanza.head.text), lineEnd)]])
  const remove = (key: string) => optionsNamed(stanza, key).forEach(option => edited.set(option, ''))
  remove('netmask')
  if (network.dns.length > 0) remove('dns-nameserver')
  let after = stanza.head
  for (const [key, value] of declaredOptions(network)) {
    const option = `${indentOf(stanza)}${key} ${value}${lineEnd}`
    const first = optionsNamed(stanza, key)[0]
    remove(key)
    if (first) edited.set((after = first), option)
    else edited.set(after, ended(edited.get(after) ?? after.text, lineEnd) + option)
  }
  return statements.map(statement => edited.get(statement) ?? statement.text).join('')
}

function declaredOptions(network: Network): [key: string, value: string][] {
  const options: [string, string][] = [['address', cidr(network)]]
  if (network.gateway !== undefined) options.push(['gateway', network.gateway])
  if (network.dns.length > 0) options.push(['dns-nameservers', network.dns.join(' ')])
  return options
}

function optionsNamed(stanza: Stanza, key: string): Statement[] {
  return stanza.options.filter(({ words }) => words[0] === key)
}

/** An `iface` line with its method replaced; `inherits …` after it is kept. */
function asStatic(head: string): string {
  return head.replace(/^((?:\s|\\\n)*iface(?:\s|\\\n)+\S+(?:\s|\\\n)+inet(?:\s|\\\n)+)[^\s\\]+/, '$1static')
}

/** How the stanza's options are indented. */
function indentOf(stanza: Stanza): string {
  return stanza.options[0] ? /^[ \t]*/.exec(stanza.options[0].text)![0] : '    '
}

/** The prefix length that ifupdown uses if a stanza has none: that of the address's class (measured, ifupdown 0.8.41). */
export function classPrefix(address: string): number {
  const first = Number(address.split('.')[0])
  if (first < 128) return 8
  return first < 192 ? 16 : 24
}
