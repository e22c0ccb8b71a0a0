import { isIPv4 } from 'node:net'
import type { InterfaceAddress } from '../../facts/interface-addresses.js'
import { networkOf, prefixOfNetmask } from '../../ipv4.js'
import { attribute, descendantsOf, elementsOf, type Element } from '../pacemaker/xml.js'
import { paramsOf } from './cib-lines.js'
import type { NodeReading } from './reading.js'

/** The floating IPs of a running cluster: the addresses of its IPaddr2 (or IPaddr) primitives. */
export interface FloatingIp {
  id: string
  address: string
  /** Undefined if neither the CIB nor an interface has it. */
  prefix?: number | undefined
  started: boolean
}

/** The floating IPs that run come first, then the order is that of the CIB. Only IPv4, as in an inventory. */
export function floatingIps(cib: Element, readings: NodeReading[]): FloatingIp[] {
  const started = new Set(
    readings
      .flatMap(({ state }) => state?.resources ?? [])
      .filter(({ active, role }) => active && role === 'Started')
      .map(({ id }) => id),
  )
  const addresses = readings.flatMap(reading => reading.addresses)
  return descendantsOf(cib, 'primitive')
    .filter(element => /^IPaddr2?$/.test(attribute(element, 'type') ?? ''))
    .flatMap(primitive => {
      const params = paramsOf(cib, primitive)
      const address = params.get('ip') ?? ''
      const id = attribute(primitive, 'id') ?? ''
      if (!isIPv4(address)) return []
      return [
        {
          id,
          address,
          prefix: usable(prefixOfNetmask(params.get('cidr_netmask') ?? '')) ?? seenPrefix(address, addresses),
          started: started.has(id),
        },
      ]
    })
    .toSorted((one, other) => Number(other.started) - Number(one.started))
}

/** The addresses of IPaddr2 primitives that an inventory cannot have. */
export function otherFloatingIps(cib: Element): string[] {
  return descendantsOf(cib, 'primitive')
    .filter(element => /^(IPaddr2?|IPv6addr)$/.test(attribute(element, 'type') ?? ''))
    .flatMap(primitive => {
      const params = paramsOf(cib, primitive)
      const address = params.get('ip') ?? params.get('ipv6addr') ?? ''
      return isIPv4(address) ? [] : [`${attribute(primitive, 'id')} (${address})`]
    })
}

/** The agent accepts /32 too; an inventory needs the network in which the address moves. */
function usable(prefix: number | undefined): number | undefined {
  return prefix !== undefined && prefix >= 8 && prefix <= 30 ? prefix : undefined
}

/** The prefix of an interface with the address, or else of one whose network contains the address. */
function seenPrefix(address: string, addresses: InterfaceAddress[]): number | undefined {
  const fitting = addresses.filter(({ prefix }) => usable(prefix) !== undefined)
  const own = fitting.find(each => each.address === address)
  return (own ?? fitting.find(each => networkOf(each.address, each.prefix) === networkOf(address, each.prefix)))?.prefix
}

/** The values directly in a section of the configuration, such as `crm_config`. */
export function optionsIn(cib: Element, section: string): Map<string, string> {
  const holders = descendantsOf(cib, section)
    .flatMap(holder => elementsOf(holder))
    .flatMap(set => elementsOf(set, 'nvpair'))
  return new Map(holders.map(pair => [attribute(pair, 'name') ?? '', attribute(pair, 'value') ?? '']))
}
