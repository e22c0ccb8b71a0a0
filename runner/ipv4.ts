import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Reads `192.168.0.1/24`; the prefix may be missing. Undefined if it is no IPv4 address in four decimal parts. */
export function parseCidr(text: string): { address: string; prefix?: number } | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  if (!isIPv4(address) || rest.length > 0) return undefined
  if (prefix === undefined) return { address }
  return isPrefix(prefix) ? { address, prefix: Number(prefix) } : undefined
}

/** The prefix length of a netmask: both `255.255.255.0` and `24` are 24. */
export function prefixOfNetmask(netmask: string): number | undefined {
  if (isPrefix(netmask)) return Number(netmask)
  return isIPv4(netmask) ? (ipaddr.IPv4.parse(netmask).prefixLengthFromSubnetMask() ?? undefined) : undefined
}

/** The first address of the network that an address is in. */
export function networkOf(address: string, prefix: number): string {
  return ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefix}`).toString()
}

/** The last address of the network that an address is in. */
export function broadcastOf(address: string, prefix: number): string {
  return ipaddr.IPv4.broadcastAddressFromCIDR(`${address}/${prefix}`).toString()
}

function isPrefix(text: string): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= 32
}
