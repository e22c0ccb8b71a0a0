import type { Fact, Family } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'

const interfaces: Family<string[]> = {
  name: 'ip addr show',
  script: addresses => addresses.map(address => sh`ip -o -4 addr show to ${`${address}/32`}; printf '\\0'`).join('\n'),
  parse: ({ stdout }, addresses) => addresses.map((_, at) => interfacesIn(stdout.split('\0')[at] ?? '')),
}

/** Interfaces of a node that have an address, according to the kernel and not to the cluster. */
export function interfacesWith(address: string): Fact<string[]> {
  return { family: interfaces, argument: address }
}

/** The interfaces in the output of `ip -o addr show`. */
export function interfacesIn(output: string): string[] {
  return [...output.matchAll(/^\d+:\s+(\S+)\s/gm)].map(([, name = '']) => name)
}
