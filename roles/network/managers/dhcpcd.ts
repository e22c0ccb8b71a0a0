import { parseCidr, type IpFamily } from '../../../runner/ip-address.js'
import { sh } from '../../../runner/ssh/quote.js'
import { ended, splitLines, withPart } from '../lines.js'
import {
  cidr,
  gatewayIn,
  isAsDeclared,
  joined,
  serversOf as ofFamily,
  withOtherServers,
  type Activation,
  type Addressing,
  type Manager,
  type ManagerFile,
  type Network,
  type UpInterface,
} from './manager.js'

/**
 * /etc/dhcpcd.conf, see dhcpcd.conf(5). A block begins at `interface NAME` and ends at the next `interface`, `ssid` or
 * `profile` line; `arping` is an option inside it (if-options.c, read_config). Several blocks for one interface add up.
 * What stands before the first of these lines is for all interfaces.
 *
 * Measured with 9.4.1: an interface gets one address, that of the last `ip_address`, with the first prefix in any of them; a later
 * `inform` ends static addressing; `routers` add up, and the first one is used; quoted values and CRLF line ends are errors. So a CR
 * counts as part of the value here, and lines of ha-run end with LF, whatever the other lines end with.
 */
export function dhcpcd(family: IpFamily): Manager {
  return {
    name: 'dhcpcd',
    files: ['/etc/dhcpcd.conf'],
    mode: '0644',
    path: () => '/etc/dhcpcd.conf',
    refusal: (files, up, network) => refusal(family, files, up, network),
    remedy: iface =>
      family === 6
        ? `remove \`address\`, or its \`gateway\`, for the node of ${iface}`
        : `move these lines into the blocks of their interfaces, or remove \`address\` for the node of ${iface}`,
    read: (text, iface) => read(family, text, iface),
    write: (text, iface, network) => write(family, text, iface, network),
    reapplyCommand: () => 'kill -HUP $(cat $(dhcpcd -P))',
    activation,
  }
}

/** The settings of an address, and of gateways: dhcpcd takes those of IPv6 from routers alone. */
const addressKeys: Record<IpFamily, string> = { 4: 'ip_address', 6: 'ip6_address' }

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

/** A `static KEY=VALUE` line that is for an interface. `inform ADDRESS` has the key `inform`. */
interface Static {
  at: number
  key: string
  value: string
  /** Whether it is for all interfaces: it stands before the first block. */
  isGlobal: boolean
}

interface Blocks {
  /** The line that opens the first block of the interface, if it has one. */
  opening: number | undefined
  statics: Static[]
}

const opens = new Set(['interface', 'ssid', 'profile'])

function read(family: IpFamily, text: string | undefined, iface: string): Addressing {
  const key = addressKeys[family]
  const { statics } = blocksOf(splitLines(text ?? ''), iface)
  const valuesOf = (key: string) => statics.filter(entry => entry.key === key).map(entry => entry.value)
  const isStatic =
    family === 6 || statics.findLast(({ key }) => key === 'ip_address' || key === 'inform')?.key === 'ip_address'
  const addresses = isStatic ? valuesOf(key).map(value => parseCidr(value, family)) : []
  return {
    address: addresses.at(-1)?.address,
    prefix: addresses.find(found => found?.prefix !== undefined)?.prefix,
    gateway:
      family === 6
        ? undefined
        : joined([
            ...new Set(
              valuesOf('routers').flatMap(value => value.split(' ').flatMap(text => gatewayIn(family, text) ?? [])),
            ),
          ]),
    dns: ofFamily(family, serversOf(statics)),
  }
}

/** What all interfaces share is not edited: it may be more than an interface's own block can override. */
function refusal(
  family: IpFamily,
  [file]: ManagerFile[],
  { iface }: UpInterface,
  network: Network,
): string | undefined {
  if (family === 6 && network.gateway !== undefined)
    return 'dhcpcd has no setting for an IPv6 gateway, which routers announce'
  if (!file || isAsDeclared(read(family, write(family, file.text, iface, network), iface), network)) return undefined
  const shared = blocksOf(splitLines(file.text), iface).statics.filter(({ isGlobal }) => isGlobal)
  const lines = shared.map(({ key, value }) => `\`static ${key}=${value}\``)
  return `${file.path} has addressing for all interfaces, before its first \`interface\` line: ${lines.join(', ')}`
}

function serversOf(statics: Static[]): string[] {
  return statics.findLast(({ key }) => key === 'domain_name_servers')?.value.split(' ') ?? []
}

function write(family: IpFamily, text: string | undefined, iface: string, network: Network): string {
  const current = text ?? ''
  if (isAsDeclared(read(family, current, iface), network)) return current
  const wanted: [key: string, value: string][] = [[addressKeys[family], cidr(network)]]
  if (network.gateway !== undefined) wanted.push(['routers', network.gateway])
  const lines = splitLines(current)
  const { opening, statics: all } = blocksOf(lines, iface)
  if (network.dns.length > 0)
    wanted.push(['domain_name_servers', withOtherServers(family, network.dns, serversOf(all)).join(' ')])
  const statics = all.filter(({ isGlobal }) => !isGlobal)
  const entries = wanted.map(([key, value]) => `static ${key}=${value}\n`)
  if (opening === undefined) return withPart(current, [`interface ${iface}\n`, ...entries].join(''), '\n')

  // One line per setting, at the place of its first one: dhcpcd would add up several routers.
  lines[opening] = ended(lines[opening]!, '\n')
  for (const { at, key } of statics) if (key === 'inform' && family === 4) lines[at] = ''
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
  let isGlobal = true
  let isInside = true
  for (const [at, line] of lines.entries()) {
    const [, option = '', argument = ''] = /^(\S+)[ \t]*(.*)$/s.exec(statement(line)) ?? []
    if (opens.has(option)) {
      isGlobal = false
      isInside = option === 'interface' && argument === iface
      if (isInside) blocks.opening ??= at
    } else if (isInside && option === 'static') {
      const [key = '', ...value] = argument.split('=')
      blocks.statics.push({ at, key, value: value.join('='), isGlobal })
    } else if (isInside && option === 'inform') {
      blocks.statics.push({ at, key: 'inform', value: argument, isGlobal })
    }
  }
  return blocks
}

/** A line without its comment and surrounding spaces. */
function statement(line: string): string {
  const body = line.replace(/\n$/, '').replace(/^[ \t]+/, '')
  return body.startsWith(';') ? '' : body.replace(/#.*$/s, '').replace(/[ \t]+$/, '')
}
