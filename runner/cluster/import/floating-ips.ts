import { prefixLimits } from '../declaration/addresses.js'
import type { InterfaceAddress } from '../../facts/interface-addresses.js'
import { canonicalAddress, familyOf, networkOf, prefixOfNetmask, type IpFamily } from '../../ip-address.js'
import { attribute, descendantsOf, elementsOf, type Element } from '../pacemaker/xml.js'
import { paramsOf } from './cib-lines.js'
import type { NodeReading } from './reading.js'

/** The floating IPs of a running cluster: the addresses of its IPaddr2 (or IPaddr) primitives. */
export interface FloatingIp {
  id: string
  address: string
  /** Undefined if neither the CIB nor an interface has it. */
  prefix?: number | undefined
  family: IpFamily
  started: boolean
}

/** The floating IPs that run come first, then the order is that of the CIB. */
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
      const address = canonicalAddress(params.get('ip') ?? '')
      const family = familyOf(address)
      const id = attribute(primitive, 'id') ?? ''
      if (family === undefined || address.startsWith('fe80:')) return []
      return [
        {
          id,
          address,
          prefix:
            usable(prefixIn(params.get('cidr_netmask') ?? '', family), family) ??
            seenPrefix(address, family, addresses),
          family,
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
      return params.has('ip') && familyOf(address) !== undefined && !address.startsWith('fe80:')
        ? []
        : [`${attribute(primitive, 'id')} (${address})`]
    })
}

function prefixIn(netmask: string, family: IpFamily): number | undefined {
  if (family === 4) return prefixOfNetmask(netmask)
  return /^\d{1,3}$/.test(netmask) ? Number(netmask) : undefined
}

/** The agent accepts /32 and /128 too; an inventory needs the network in which the address moves. */
function usable(prefix: number | undefined, family: IpFamily): number | undefined {
  const [least, most] = prefixLimits[family]
  return prefix !== undefined && prefix >= least && prefix <= most ? prefix : undefined
}

/** The prefix of an interface with the address, or else of one whose network contains the address. */
function seenPrefix(address: string, family: IpFamily, addresses: InterfaceAddress[]): number | undefined {
  const fitting = addresses.filter(
    each => familyOf(each.address) === family && usable(each.prefix, family) !== undefined,
  )
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
