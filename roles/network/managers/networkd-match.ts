import { matchesGlob } from '../../../runner/glob.js'
import { addEntry, iniEntries, removeEntries, replaceEntry, type IniEntry } from './ini.js'

/** Which interfaces a .network file applies to: its `[Match]` section (systemd.network(5)). */

/** Whether a file is for the interface of this name alone. */
export function isNamed(text: string, iface: string): boolean {
  const names = valuesOf(text, 'Name')
  return names.length > 0 && names.every(name => name === iface)
}

/** Whether the file applies only on some machines or with some kernels. */
export function hasConditions(text: string): boolean {
  const keys = /^(Host|Virtualization|Kernel\w+|Architecture|Firmware|Credential)$/
  return iniEntries(text).some(({ section, key }) => section === 'Match' && keys.test(key))
}

/**
 * Whether a file is for one interface alone: by its name, or by its card's address. A VLAN has the address of its card, so a file with
 * `VLAN=` may be for both.
 */
export function isForOneInterface(text: string, iface: string): boolean {
  if (isNamed(text, iface)) return true
  if (valuesOf(text, 'Name').length > 0) return false
  if (valuesOf(text, 'PermanentMACAddress').length === 1) return true
  const hasVlan = iniEntries(text).some(({ section, key }) => section === 'Network' && /^(VLAN|IPVLAN)$/.test(key))
  return valuesOf(text, 'MACAddress').length === 1 && !hasVlan
}

/**
 * Whether the names of a file include an interface. A `!` at the start of a line negates all its patterns; the other patterns of the
 * line have no `!` of their own (measured with 252: `Name=!wlan* !eth*` matches eth0).
 */
export function includesName(text: string, iface: string): boolean {
  const lines = effective(matchEntries(text, 'Name')).map(({ value }) => value)
  const patterns = (chosen: string[]) => chosen.flatMap(value => wordsOf(value.replace(/^!/, '')))
  const excluded = patterns(lines.filter(value => value.startsWith('!')))
  const included = patterns(lines.filter(value => !value.startsWith('!')))
  const isIn = (list: string[]) => list.some(pattern => matchesGlob(iface, pattern))
  return lines.length > 0 && !isIn(excluded) && (included.length === 0 || isIn(included))
}

/** The text for one interface alone. Its other conditions stay: they apply now, or the file would not be in use. */
export function narrowedTo(text: string, iface: string): string {
  const [first, ...others] = matchEntries(text, 'Name')
  return first ? removeEntries(replaceEntry(text, first, iface), others) : addEntry(text, 'Match', 'Name', iface)
}

function matchEntries(text: string, key: string): IniEntry[] {
  return iniEntries(text).filter(entry => entry.section === 'Match' && entry.key === key)
}

function valuesOf(text: string, key: string): string[] {
  return effective(matchEntries(text, key)).flatMap(({ value }) => wordsOf(value))
}

/** An empty assignment clears those before it. */
export function effective(entries: IniEntry[]): IniEntry[] {
  return entries.slice(entries.findLastIndex(({ value }) => value === '') + 1)
}

function wordsOf(value: string): string[] {
  return value.split(/\s+/).filter(word => word !== '')
}
