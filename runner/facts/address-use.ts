import { hostPrefixOf } from '../ip-address.js'
import { sh } from '../ssh/quote.js'
import type { Fact, Family } from './fact.js'

export interface AddressUse {
  /** The interface of this node that has the address. */
  interface?: string
  /** The hardware address that answers for it. */
  mac?: string
}

/**
 * Makes the node's kernel resolve the address, by a datagram to its discard port, and reads the answer from the neighbour
 * table: this needs no tool that Debian does not install. The table's entry may be half a minute old, so it is removed
 * first. The kernel sends two requests, a second apart; a machine that has not answered after 1.4 s is not there.
 */
export function addressUse(address: string): Fact<AddressUse> {
  return { family: uses, argument: address }
}

const uses: Family<AddressUse> = {
  name: 'use of addresses',
  script: addresses =>
    addresses
      .map(
        address => sh`ip -o addr show to ${hostPrefixOf(address)}; printf '\\0'
ip neigh flush to ${address}
bash -c 'echo >/dev/udp/$0/9' ${address} 2>/dev/null
tries=7
while sleep 0.2; do
  seen=$(ip neigh show to ${address}); case $seen in *lladdr*) break ;; esac
  tries=$((tries - 1)); [ $tries -gt 0 ] || break
done
printf '%s\\0' "$seen"`,
      )
      .join('\n'),
  parse({ stdout }, addresses) {
    const outputs = stdout.split('\0')
    return addresses.map((_, at) => addressUseOf(outputs[at * 2] ?? '', outputs[at * 2 + 1] ?? ''))
  },
}

/** @param own - of `ip -o addr show`. @param neighbour - of `ip neigh show`. */
export function addressUseOf(own: string, neighbour: string): AddressUse {
  const iface = /^\d+:\s+(\S+)\s/.exec(own)?.[1]
  const mac = /\slladdr (\S+)/.exec(neighbour)?.[1]
  return { ...(iface !== undefined && { interface: iface }), ...(mac !== undefined && { mac }) }
}
