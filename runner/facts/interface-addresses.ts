import { fact, type Fact } from './fact.js'

export interface InterfaceAddress {
  interface: string
  address: string
  prefix: number
  /** Of IPv6 (RFC 4862): while it is pending, and once it has failed, the node does not use the address. */
  duplicateCheck?: 'pending' | 'failed'
}

/** The node's addresses. */
export const interfaceAddresses: Fact<InterfaceAddress[]> = fact('ip -o addr show', 'ip -o addr show', ({ stdout }) =>
  interfaceAddressesIn(stdout),
)

/** Reads `2: eth0    inet 192.168.0.1/24 brd …`, and `2: eth0    inet6 fd00::1/64 scope …`. */
export function interfaceAddressesIn(output: string): InterfaceAddress[] {
  const line = /^\d+:\s+(\S+)\s+inet6?\s+([\da-f.:]+)(?: peer [\da-f.:]+)?\/(\d+)\s(.*)$/gm
  return [...output.matchAll(line)].map(([, name = '', address = '', prefix, rest = '']) => {
    const duplicateCheck = /\bdadfailed\b/.test(rest) ? 'failed' : /\btentative\b/.test(rest) ? 'pending' : undefined
    return { interface: name, address, prefix: Number(prefix), ...(duplicateCheck && { duplicateCheck }) }
  })
}
