import type { Fact, Family } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'

const bearers: Family<string[]> = {
  name: 'ip addr show',
  script: addresses => addresses.map(address => sh`ip -o -4 addr show to ${`${address}/32`}; printf '\\0'`).join('\n'),
  parse: ({ stdout }, addresses) => addresses.map((_, at) => interfacesIn(stdout.split('\0')[at] ?? '')),
}

/** Interfaces of a node that bear an address: the kernel's word, not the cluster's. */
export function interfacesWith(address: string): Fact<string[]> {
  return { family: bearers, argument: address }
}

/** The interfaces in the output of `ip -o addr show`. */
export function interfacesIn(output: string): string[] {
  return [...output.matchAll(/^\d+:\s+(\S+)\s/gm)].map(([, name = '']) => name)
}
