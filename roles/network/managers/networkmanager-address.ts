import { canonicalAddress, familyOf, type IpFamily } from '../../../runner/ip-address.js'
import { iniEntries, type IniEntry } from './ini.js'

/** The addresses of one family in a keyfile: `address1=192.168.0.1/24,192.168.0.254`, and the older forms that NetworkManager still reads. */

/**
 * The address entries in NetworkManager's order: `address`, `addresses`, then by their number. Of entries with the same key the last one
 * counts; `address01` and `address_1` are ignored (measured with 1.42).
 */
export function addressEntries(family: IpFamily, text: string): IniEntry[] {
  const number = ({ key }: IniEntry) => (/\d$/.test(key) ? Number(/\d+$/.exec(key)?.[0]) : -1)
  return iniEntries(text)
    .filter(
      entry => entry.section === `ipv${family}` && /^address(es)?(0|[1-9]\d*)?$/.test(entry.key) && entry.value !== '',
    )
    .filter((entry, _, all) => all.findLast(other => other.key === entry.key) === entry)
    .toSorted((a, b) => number(a) - number(b) || (a.key < b.key ? -1 : 1))
}

/** `192.168.0.1/24,192.168.0.254` and `192.168.0.1;24;192.168.0.254;` in their parts. */
export function partsOf(family: IpFamily, entry: IniEntry): { address?: string; prefix?: number; gateway?: string } {
  const [address = '', ...rest] = entry.value.split(/[/;,\s]+/).filter(part => part !== '')
  const prefix = rest.find(part => /^\d{1,3}$/.test(part) && Number(part) <= (family === 6 ? 128 : 32))
  const gateway = rest.find(part => familyOf(part) === family)
  return {
    ...(familyOf(address) === family && { address: canonicalAddress(address) }),
    ...(prefix !== undefined && { prefix: Number(prefix) }),
    ...(gateway !== undefined && { gateway: canonicalAddress(gateway) }),
  }
}
