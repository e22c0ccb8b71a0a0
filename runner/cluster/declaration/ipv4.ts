import { BlockList, isIP, isIPv4 } from 'node:net'
import { show } from '../../inventory/check.js'
import type { Origin } from '../../inventory/origin.js'
import { broadcastOf, networkOf } from '../../ipv4.js'

/** An IPv4 address with the length of its network's prefix. */
export interface PrefixedAddress {
  address: string
  prefix: number
}

/** Networks whose addresses no node can have as its own. */
const unusable = new BlockList()
unusable.addSubnet('0.0.0.0', 8)
unusable.addSubnet('127.0.0.0', 8)
unusable.addSubnet('224.0.0.0', 3)

export const prefixedForm = 'an IPv4 address with its prefix, such as 192.168.0.10/24'

/** Parses `192.168.0.10/24`. @param what - the name of the setting, for errors. @throws InventoryError */
export function readPrefixed(what: string, value: unknown, origin: Origin): PrefixedAddress {
  const form = prefixedForm
  if (typeof value !== 'string') throw origin.error(`${what}: expected ${form}, got ${show(value)}`)
  const [address = '', prefix, ...rest] = value.split('/')
  const read = readIPv4(what, address, origin, form, value)
  if (prefix === undefined) {
    throw origin.error(`${what}: expected ${form}, got "${value}"`, `Is it ${value}/24?`)
  }
  // Longer prefixes leave no room for two nodes and a floating IP; shorter ones are no real networks.
  if (rest.length > 0 || !/^\d{1,2}$/.test(prefix) || Number(prefix) < 8 || Number(prefix) > 30) {
    throw origin.error(`${what}: expected a prefix from 8 to 30, got ${show(value)}`)
  }
  const prefixed = { address: read, prefix: Number(prefix) }
  refuseEnds(what, prefixed, prefixed.prefix, origin)
  return prefixed
}

/**
 * Parses an IPv4 address.
 *
 * @param form - what the error names as expected.
 * @param given - what the error names as the given value.
 * @throws InventoryError
 */
export function readIPv4(
  what: string,
  value: unknown,
  origin: Origin,
  form = 'an IPv4 address',
  given = value,
): string {
  const address = typeof value === 'string' ? value : ''
  if (isIP(address) === 6) {
    throw origin.error(`${what}: expected ${form}, got the IPv6 address ${show(given)}`, 'ha-run manages IPv4 for now.')
  }
  if (!isIPv4(address)) throw origin.error(`${what}: expected ${form}, got ${show(given)}`)
  if (unusable.check(address)) {
    throw origin.error(`${what}: expected an address that other machines can reach, got ${show(given)}`)
  }
  return address
}

/** @throws InventoryError for the first and last address of a network, which no machine can have. */
export function refuseEnds(what: string, { address }: { address: string }, prefix: number, origin: Origin): void {
  const first = networkOf(address, prefix)
  const network = `${first}/${prefix}`
  if (address === first) throw origin.error(`${what}: ${address} is the address of the network ${network} itself`)
  if (address === broadcastOf(address, prefix)) {
    throw origin.error(`${what}: ${address} is the broadcast address of the network ${network}`)
  }
}
