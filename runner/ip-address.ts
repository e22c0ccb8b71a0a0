import { isIP, isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The version of the Internet Protocol that an address belongs to. */
export type IpFamily = 4 | 6

/** Undefined if the text is no address; an IPv6 address with a zone (`fe80::1%eth0`) is none that other machines know. */
export function familyOf(text: string): IpFamily | undefined {
  const version = text.includes('%') ? 0 : isIP(text)
  return version === 4 || version === 6 ? version : undefined
}

/** The address in the one form in which the kernel prints it: IPv6 by RFC 5952. Another text stays as it is. */
export function canonicalAddress(text: string): string {
  return familyOf(text) === 6 ? ipaddr.IPv6.parse(text).toRFC5952String() : text
}

/**
 * Reads `192.168.0.1/24` or `fd00::1/64`; the prefix may be missing. Undefined if it is no address of that family, or a link-local
 * one: every interface has such an address of its own.
 *
 * @returns the address as the kernel prints it.
 */
export function parseCidr(text: string, family: IpFamily = 4): { address: string; prefix?: number } | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  if (familyOf(address) !== family || isLinkLocal(address) || rest.length > 0) return undefined
  if (prefix === undefined) return { address: canonicalAddress(address) }
  return isPrefix(prefix, family) ? { address: canonicalAddress(address), prefix: Number(prefix) } : undefined
}

/** Every IPv6 network has the same link-local prefix: such an address means something only together with an interface. */
export function isLinkLocal(address: string): boolean {
  return isInNetwork(address, 'fe80::', 10)
}

/** `127.0.0.1` and its like, `::1`. */
export function isLoopback(address: string): boolean {
  return isInNetwork(address, '127.0.0.0', 8) || isInNetwork(address, '::1', 128)
}

/** Of either family; false if the network is of the other one. */
export function isInNetwork(address: string, network: string, prefix: number): boolean {
  const family = familyOf(address)
  return (
    family !== undefined && family === familyOf(network) && networkOf(address, prefix) === networkOf(network, prefix)
  )
}

/** `192.168.0.1` of `::ffff:192.168.0.1`. */
export function mappedIPv4(address: string): string {
  return ipaddr.IPv6.parse(address).toIPv4Address().toString()
}

/** The same address, also if both are spelt differently. */
export function isSameAddress(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && canonicalAddress(one) === canonicalAddress(other)
}

/** The prefix length of a netmask: both `255.255.255.0` and `24` are 24. For IPv6, only the second form is known. */
export function prefixOfNetmask(netmask: string, family: IpFamily = 4): number | undefined {
  if (isPrefix(netmask, family)) return Number(netmask)
  if (family === 6) return undefined
  return isIPv4(netmask) ? (ipaddr.IPv4.parse(netmask).prefixLengthFromSubnetMask() ?? undefined) : undefined
}

/** The first address of the network that an address is in. */
export function networkOf(address: string, prefix: number): string {
  const cidr = `${address}/${prefix}`
  return familyOf(address) === 6
    ? ipaddr.IPv6.networkAddressFromCIDR(cidr).toRFC5952String()
    : ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()
}

/** The last address of the network that an IPv4 address is in. IPv6 has no broadcast. */
export function broadcastOf(address: string, prefix: number): string {
  return ipaddr.IPv4.broadcastAddressFromCIDR(`${address}/${prefix}`).toString()
}

/** The 32 hexadecimal digits of an IPv6 address. */
export function hexOfIPv6(address: string): string {
  return Buffer.from(ipaddr.IPv6.parse(address).toByteArray()).toString('hex')
}

/** The prefix that has only this address. */
export function hostPrefixOf(address: string): string {
  return `${address}/${familyOf(address) === 6 ? 128 : 32}`
}

/** The address as a host in a URL, and before a port: IPv6 in brackets. */
export function urlHost(address: string): string {
  return familyOf(address) === 6 ? `[${address}]` : address
}

function isPrefix(text: string, family: IpFamily = 4): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) <= (family === 6 ? 128 : 32)
}
