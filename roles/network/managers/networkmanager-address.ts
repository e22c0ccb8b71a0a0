import { isIPv4 } from 'node:net'
import { iniEntries, type IniEntry } from './ini.js'

/** The addresses of a keyfile: `address1=192.168.0.1/24,192.168.0.254`, and the older forms that NetworkManager still reads. */

/**
 * The address entries in NetworkManager's order: `address`, `addresses`, then by their number. Of entries with the same key the last one
 * counts; `address01` and `address_1` are ignored (measured with 1.42).
 */
export function addressEntries(text: string): IniEntry[] {
  const number = ({ key }: IniEntry) => (/\d$/.test(key) ? Number(/\d+$/.exec(key)?.[0]) : -1)
  return iniEntries(text)
    .filter(entry => entry.section === 'ipv4' && /^address(es)?(0|[1-9]\d*)?$/.test(entry.key) && entry.value !== '')
    .filter((entry, _, all) => all.findLast(other => other.key === entry.key) === entry)
    .toSorted((a, b) => number(a) - number(b) || (a.key < b.key ? -1 : 1))
}

/** `192.168.0.1/24,192.168.0.254` and `192.168.0.1;24;192.168.0.254;` in their parts. */
export function partsOf(entry: IniEntry): { address?: string; prefix?: number; gateway?: string } {
  const [address = '', ...rest] = entry.value.split(/[/;,\s]+/).filter(part => part !== '')
  const prefix = rest.find(part => /^\d{1,2}$/.test(part) && Number(part) <= 32)
  const gateway = rest.find(part => isIPv4(part))
  return {
    ...(isIPv4(address) && { address }),
    ...(prefix !== undefined && { prefix: Number(prefix) }),
    ...(gateway !== undefined && { gateway }),
  }
}
