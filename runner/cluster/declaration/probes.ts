import { dirname, isAbsolute, join } from 'node:path'
import { isIP, isIPv6 } from 'node:net'
import { expected } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import type { Probe } from './probe.js'
import type { DeclaredProbe, DeclaredProbes } from './probes-schema.js'

/** A floating address with the name by which probes refer to it. */
export interface NamedAddress {
  name: string
  address: string
}

const dnsPort = 53

/**
 * The declared probes, with the floating addresses in place of `{Name}`.
 *
 * @param origin - of `probes`.
 * @throws InventoryError for an unknown name, or for what is no URL or address with it.
 */
export function readProbes(declared: DeclaredProbes, addresses: readonly NamedAddress[], origin: Origin): Probe[] {
  return Object.entries(declared).map(([name, probe]) => readProbe(name, probe, addresses, origin.at(name)))
}

function readProbe(name: string, declared: DeclaredProbe, addresses: readonly NamedAddress[], origin: Origin): Probe {
  const fill = (text: string, at: Origin, isHost = true) => filled(text, addresses, at, isHost)
  const common = (...hosts: string[]) => {
    const asked = addresses.find(({ address }) => hosts.includes(address))
    return {
      name,
      ...(asked && { floatingAddress: asked.address }),
      ...(declared.timeout !== undefined && { timeoutMs: declared.timeout }),
    }
  }
  if ('http' in declared) {
    const at = origin.at('http')
    const url = readUrl(fill(declared.http, at), at)
    const { status, expect, ca } = declared
    return {
      kind: 'http',
      ...common(plainHost(url.hostname)),
      url: url.href,
      ...(status !== undefined && { status }),
      ...(expect !== undefined && { expect }),
      ...(ca !== undefined && { ca: isAbsolute(ca) ? ca : join(folderOf(origin), ca) }),
    }
  }
  if ('dns' in declared) {
    const at = origin.at('dns')
    const { host: server, port } = readServer(fill(declared.dns, at), at)
    const { type = 'A', expect } = declared
    return {
      kind: 'dns',
      ...common(server),
      server,
      port,
      query: declared.name,
      type,
      ...(expect !== undefined && { expect }),
    }
  }
  if ('tcp' in declared) {
    const at = origin.at('tcp')
    const { host, port } = readHostAndPort(fill(declared.tcp, at), at)
    return { kind: 'tcp', ...common(host), host, port }
  }
  const command = declared.command.map((word, index) => fill(word, origin.at('command', index), false))
  return { kind: 'command', ...common(...command), command, folder: folderOf(origin) }
}

/**
 * The text with addresses in place of names. Other braces stay: a command may need them.
 *
 * @param isHost - an IPv6 address gets brackets, as in a URL.
 */
function filled(text: string, addresses: readonly NamedAddress[], at: Origin, isHost: boolean): string {
  return text.replaceAll(/(\[?)\{([A-Za-z_][\w.-]*)\}/g, (_, bracket: string, name: string) => {
    const found = addresses.find(each => each.name === name)
    if (!found) {
      const names = addresses.map(each => each.name)
      throw at.error(`unknown floating address "{${name}}"`, didYouMean(name, names, 'Floating addresses'))
    }
    const needsBrackets = isHost && bracket === '' && isIPv6(found.address)
    return needsBrackets ? `[${found.address}]` : bracket + found.address
  })
}

function readUrl(text: string, at: Origin): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw at.error(expected('a URL such as "http://{FloatIP}/"', text))
  if (url.username !== '' || url.password !== '')
    throw at.error('a URL of a probe cannot have a user or a password', 'Reports would show them. Use a command.')
  return url
}

/** `192.168.0.10:5432`, `[fd00:1::10]:5432` or `db.example.net:5432` */
function readHostAndPort(text: string, at: Origin): { host: string; port: number } {
  const [, host = '', port = ''] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(text) ?? []
  const plain = plainHost(host)
  const isHost = host.startsWith('[') ? isIPv6(plain) : /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(plain)
  if (!isHost || Number(port) < 1 || Number(port) > 65_535)
    throw at.error(expected('an address with a port, such as "{FloatIP}:5432"', text))
  return { host: plain, port: Number(port) }
}

/** The address of a DNS server, with or without a port: a name would have to be resolved itself. */
function readServer(text: string, at: Origin): { host: string; port: number } {
  if (isIP(plainHost(text)) !== 0) return { host: plainHost(text), port: dnsPort }
  const server = /:\d+$/.test(text) ? readHostAndPort(text, at) : undefined
  if (!server || isIP(server.host) === 0)
    throw at.error(expected('the address of a DNS server, such as "{FloatIP}" or "{FloatIP}:53"', text))
  return server
}

/** A host without the brackets around an IPv6 address. */
function plainHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

/** The inventory's folder, as the user would type it: for a declaration in group_vars, the one in which group_vars is. */
function folderOf(origin: Origin): string {
  return join(dirname(origin.file).replace(/(^|\/)(group_vars|host_vars)(\/.*)?$/, '$1'), '.')
}
