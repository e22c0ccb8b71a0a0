import { isIPv4 } from 'node:net'
import { parseCidr } from '../../../runner/ipv4.js'
import { sh } from '../../../runner/ssh/quote.js'
import { ended, splitLines, withPart } from '../lines.js'
import { cidr, isAsDeclared, joined, type Addressing, type Manager, type Network, type Activation } from './manager.js'

/**
 * /etc/dhcpcd.conf, see dhcpcd.conf(5). A block begins at `interface NAME` and ends at the next `interface`, `ssid` or
 * `profile` line; `arping` is an option inside it (if-options.c, read_config). Several blocks for one interface add up.
 * Measured with 9.4.1: a later `ip_address` replaces an earlier one; `routers` add up; quoted values and CRLF line ends are errors.
 * So a CR counts as part of the value here, and lines of ha-run end with LF, whatever the other lines end with.
 */
export const dhcpcd: Manager = {
  name: 'dhcpcd',
  files: ['/etc/dhcpcd.conf'],
  mode: '0644',
  path: () => '/etc/dhcpcd.conf',
  read,
  write,
  reapplyCommand: () => 'kill -HUP $(cat $(dhcpcd -P))',
  activation,
}

/**
 * dhcpcd reloads on SIGHUP. `dhcpcd -n` does the same, but after it 9.4.1 does not answer on its control socket until it is restarted
 * (measured), and the interface's manager could not be detected. There may be a daemon for this interface alone.
 */
function activation(iface: string): Activation {
  return {
    before: [],
    after: [
      sh`for pid in "$(dhcpcd -P ${iface})" "$(dhcpcd -P)"; do [ -s "$pid" ] && kill -HUP "$(cat "$pid")" && break; done`,
    ],
  }
}

/** A `static KEY=VALUE` line of an interface's blocks. */
interface Static {
  at: number
  key: string
  value: string
}

interface Blocks {
  /** The line that opens the first block of the interface, if it has one. */
  opening: number | undefined
  statics: Static[]
}

const opens = new Set(['interface', 'ssid', 'profile'])

function read(text: string | undefined, iface: string): Addressing {
  const { statics } = blocksOf(splitLines(text ?? ''), iface)
  const valuesOf = (key: string) => statics.filter(entry => entry.key === key).map(entry => entry.value)
  const found = parseCidr(valuesOf('ip_address').at(-1) ?? '')
  return {
    address: found?.address,
    prefix: found?.prefix,
    gateway: joined(
      valuesOf('routers')
        .flatMap(value => value.split(' '))
        .filter(isIPv4),
    ),
    dns: valuesOf('domain_name_servers').at(-1)?.split(' '),
  }
}

function write(text: string | undefined, iface: string, network: Network): string {
  const current = text ?? ''
  if (isAsDeclared(read(current, iface), network)) return current
  const wanted: [key: string, value: string][] = [['ip_address', cidr(network)]]
  if (network.gateway !== undefined) wanted.push(['routers', network.gateway])
  if (network.dns.length > 0) wanted.push(['domain_name_servers', network.dns.join(' ')])

  const lines = splitLines(current)
  const { opening, statics } = blocksOf(lines, iface)
  const entries = wanted.map(([key, value]) => `static ${key}=${value}\n`)
  if (opening === undefined) return withPart(current, [`interface ${iface}\n`, ...entries].join(''), '\n')

  // One line per setting, at the place of its first one: dhcpcd would add up several routers.
  lines[opening] = ended(lines[opening]!, '\n')
  let after = opening
  wanted.forEach(([key], index) => {
    const [first, ...others] = statics.filter(entry => entry.key === key).map(entry => entry.at)
    if (first === undefined) {
      lines[after] += entries[index]!
      return
    }
    const [indent] = /^[ \t]*/.exec(lines[first]!)!
    const [comment] = /([ \t]*#[^\n]*)?$/.exec(lines[first]!.trimEnd())!
    lines[first] = indent + ended(entries[index]!.trimEnd() + comment, '\n')
    for (const at of others) lines[at] = ''
    after = first
  })
  return lines.join('')
}

function blocksOf(lines: string[], iface: string): Blocks {
  const blocks: Blocks = { opening: undefined, statics: [] }
  let inside = false
  for (const [at, line] of lines.entries()) {
    const [, option = '', argument = ''] = /^(\S+)[ \t]*(.*)$/s.exec(statement(line)) ?? []
    if (opens.has(option)) {
      inside = option === 'interface' && argument === iface
      if (inside) blocks.opening ??= at
    } else if (inside && option === 'static') {
      const [key = '', ...value] = argument.split('=')
      blocks.statics.push({ at, key, value: value.join('=') })
    }
  }
  return blocks
}

/** A line without its comment and surrounding spaces. */
function statement(line: string): string {
  const body = line.replace(/\n$/, '').replace(/^[ \t]+/, '')
  return body.startsWith(';') ? '' : body.replace(/#.*$/s, '').replace(/[ \t]+$/, '')
}
