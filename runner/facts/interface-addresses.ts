import { fact, type Fact } from './fact.js'

export interface InterfaceAddress {
  interface: string
  address: string
  prefix: number
}

/** The node's IPv4 addresses. */
export const interfaceAddresses: Fact<InterfaceAddress[]> = fact(
  'ip -o -4 addr show',
  'ip -o -4 addr show',
  ({ stdout }) => interfaceAddressesIn(stdout),
)

/** Reads `2: eth0    inet 192.168.0.1/24 brd …`. */
export function interfaceAddressesIn(output: string): InterfaceAddress[] {
  return [...output.matchAll(/^\d+:\s+(\S+)\s+inet\s+([\d.]+)\/(\d+)\s/gm)].map(
    ([, name = '', address = '', prefix]) => ({ interface: name, address, prefix: Number(prefix) }),
  )
}
