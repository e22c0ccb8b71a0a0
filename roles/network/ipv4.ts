/** IPv4 addresses and masks as configuration files write them. */

/** Whether a word is an IPv4 address in four decimal parts. */
export function isIpv4(word: string): boolean {
  const parts = word.split('.')
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
}

/** `192.168.0.1/24` in its two parts; the prefix may be missing. Undefined when it is no IPv4 address. */
export function parseCidr(word: string): { address: string; prefix?: number } | undefined {
  const [address = '', prefix, more] = word.split('/')
  if (!isIpv4(address) || more !== undefined) return undefined
  if (prefix === undefined) return { address }
  return /^\d{1,2}$/.test(prefix) && Number(prefix) <= 32 ? { address, prefix: Number(prefix) } : undefined
}

/** The prefix of a netmask: `255.255.255.0` and `24` are both 24. */
export function prefixOfNetmask(netmask: string): number | undefined {
  if (/^\d{1,2}$/.test(netmask)) return Number(netmask) <= 32 ? Number(netmask) : undefined
  if (!isIpv4(netmask)) return undefined
  const bits = netmask.split('.').map((part) => Number(part).toString(2).padStart(8, '0')).join('')
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined
}

/** The prefix that ifupdown takes when a stanza says none: that of the address's class (measured, ifupdown 0.8.41). */
export function classPrefix(address: string): number {
  const first = Number(address.split('.')[0])
  if (first < 128) return 8
  return first < 192 ? 16 : 24
}
