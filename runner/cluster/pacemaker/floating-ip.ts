import type { Fact, Family } from '../../facts/fact.js'
import { interfaceAddressesIn, type InterfaceAddress } from '../../facts/interface-addresses.js'

/** One process, however many addresses are asked for. */
const interfaces: Family<string[]> = {
  name: 'ip addr show',
  script: () => 'ip -o addr show',
  parse: ({ stdout }, addresses) => {
    const all = interfaceAddressesIn(stdout)
    return addresses.map(address => interfacesOf(all, address))
  },
}

/** Interfaces of a node that have an address, according to the kernel and not to the cluster. */
export function interfacesWith(address: string): Fact<string[]> {
  return { family: interfaces, argument: address }
}

/** The interfaces that have an address. */
export function interfacesOf(all: InterfaceAddress[], address: string): string[] {
  return all.filter(each => each.address === address).map(each => each.interface)
}
