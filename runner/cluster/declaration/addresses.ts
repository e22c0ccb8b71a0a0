import { show } from '../../inventory/check.js'
import type { Origin } from '../../inventory/origin.js'
import {
  broadcastOf,
  canonicalAddress,
  familyOf,
  isInNetwork,
  mappedIPv4,
  networkOf,
  type IpFamily,
} from '../../ip-address.js'

/** An address with the length of its network's prefix. */
export interface PrefixedAddress {
  address: string
  prefix: number
}

/** Networks whose addresses no node can have as its own, or share with others, with what messages call such an address. */
const unusable: readonly [kind: string, network: string, prefix: number][] = [
  ['unusable', '0.0.0.0', 8],
  ['loopback', '127.0.0.0', 8],
  ['multicast', '224.0.0.0', 4],
  ['unusable', '240.0.0.0', 4],
  ['loopback', '::1', 128],
  ['IPv4-mapped', '::ffff:0:0', 96],
  ['unusable', '::', 8],
  ['multicast', 'ff00::', 8],
  ['link-local', 'fe80::', 10],
]

const uniqueLocalHint = 'Choose one in fd00::/8 (unique local, RFC 4193), or one of your provider.'

const plainForm = 'an IP address'

/** What an error names as expected. */
export const prefixedForm = 'an IP address with its prefix, such as 192.168.0.10/24 or "fd00::10/64"'

/**
 * Prefixes of networks with room for two nodes and a floating IP; shorter ones are no real networks. An IPv6 network has 64
 * bits as a rule, and a few software routers give longer prefixes.
 */
export const prefixLimits: Readonly<Record<IpFamily, readonly [least: number, most: number]>> = {
  4: [8, 30],
  6: [16, 126],
}

/** Parses `192.168.0.10/24`. @param what - the name of the setting, for errors. @throws InventoryError */
export function readPrefixed(what: string, value: unknown, origin: Origin): PrefixedAddress {
  if (typeof value !== 'string') throw origin.error(`${what}: expected ${prefixedForm}, got ${show(value)}`)
  const [text = '', prefix, ...rest] = value.split('/')
  const address = readAddress(what, text, origin, { form: prefixedForm, given: value })
  const family = familyOf(address) ?? 4
  if (prefix === undefined) {
    throw origin.error(`${what}: expected ${prefixedForm}, got "${value}"`, `Is it ${value}/${family === 4 ? 24 : 64}?`)
  }
  const [least, most] = prefixLimits[family]
  if (rest.length > 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) < least || Number(prefix) > most) {
    throw origin.error(`${what}: expected a prefix from ${least} to ${most}, got ${show(value)}`)
  }
  const prefixed = { address, prefix: Number(prefix) }
  refuseEnds(what, prefixed, prefixed.prefix, origin)
  return prefixed
}

/**
 * Parses an address.
 *
 * @param form - what the error names as expected.
 * @param given - what the error names as the given value.
 * @returns the address as the kernel prints it.
 * @throws InventoryError
 */
export function readAddress(
  what: string,
  value: unknown,
  origin: Origin,
  { form = plainForm, given = value }: { form?: string; given?: unknown } = {},
): string {
  const address = typeof value === 'string' ? value : ''
  const family = familyOf(address)
  if (family === undefined) throw origin.error(`${what}: expected ${form}, got ${show(given)}`, hintOn(address))
  const [kind] = unusable.find(([, network, prefix]) => isInNetwork(address, network, prefix)) ?? []
  if (kind !== undefined) {
    const mapped = kind === 'IPv4-mapped' ? mappedIPv4(address) : undefined
    throw origin.error(
      `${what}: expected an address that other machines can reach, got the ${kind} ${show(given)}`,
      mapped === undefined ? (family === 6 ? uniqueLocalHint : undefined) : `Write it as IPv4: ${mapped}.`,
    )
  }
  return canonicalAddress(address)
}

/** Forms of an IPv6 address that belong elsewhere. */
function hintOn(text: string): string | undefined {
  const [, bracketed] = /^\[(.*)\]$/.exec(text) ?? []
  if (bracketed !== undefined && familyOf(bracketed) === 6) return `Write it without brackets: "${bracketed}".`
  const [address = '', zone] = text.split('%', 2)
  return zone !== undefined && familyOf(address) === 6
    ? `The zone "${zone}" means something on one machine only. ${uniqueLocalHint}`
    : undefined
}

/** @throws InventoryError for the first and last address of a network, which no machine can have. */
export function refuseEnds(what: string, { address }: { address: string }, prefix: number, origin: Origin): void {
  const first = networkOf(address, prefix)
  const network = `${first}/${prefix}`
  if (address === first) throw origin.error(`${what}: ${address} is the address of the network ${network} itself`)
  if (familyOf(address) === 4 && address === broadcastOf(address, prefix)) {
    throw origin.error(`${what}: ${address} is the broadcast address of the network ${network}`)
  }
}
