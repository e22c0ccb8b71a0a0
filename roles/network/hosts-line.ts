import { isIP } from 'node:net'
import { canonicalAddress } from '../../runner/ip-address.js'
import { bodyOf, withBody } from './lines.js'

/** A line of /etc/hosts (hosts(5)), and edits of it that keep everything else, such as separators and the comment. */
export interface HostsEntry {
  address: string
  /** The canonical name and its aliases. */
  names: string[]
}

/** The entry of a line, its address as the kernel prints it; undefined for a comment, an empty line, or one without a valid address, which the resolver ignores. */
export function entryOf(line: string): HostsEntry | undefined {
  const { address, names } = partsOf(line)
  return isIP(address) === 0
    ? undefined
    : { address: canonicalAddress(address), names: names.split(/\s+/).filter(name => name !== '') }
}

/** The line without some of its names. */
export function withoutNames(line: string, isRemoved: (name: string) => boolean): string {
  const { start, address, names, comment } = partsOf(line)
  const left = names.replace(/(?<!\s)\s+(\S+)/g, (separatorAndName, name: string) =>
    isRemoved(name) ? '' : separatorAndName,
  )
  return withBody(line, start + address + left + comment)
}

/** The line with another address, and with names in another order. */
export function withAddress(line: string, address: string, names: string[]): string {
  const { start, names: present, comment } = partsOf(line)
  const isSame = entryOf(line)?.names.join(' ') === names.join(' ')
  const [separator = '\t'] = /^\s+/.exec(present) ?? []
  const end = present.slice(present.trimEnd().length)
  return withBody(line, start + address + (isSame ? present : separator + names.join(' ') + end) + comment)
}

/** The line with further names: those with a domain before the first name of the node, which makes them canonical, others last. */
export function withNames(line: string, added: string[], isOwn: (name: string) => boolean): string {
  const { start, address, names, comment } = partsOf(line)
  const isFqdn = (name: string) => isOwn(name) && name.includes('.')
  const before = added.filter(isFqdn).map(name => `${name} `)
  const after = added.filter(name => !isFqdn(name)).map(name => ` ${name}`)
  const first = entryOf(line)?.names.find(isOwn)
  const preceded = names.replace(/\S+/g, name => (name === first ? before.splice(0).join('') + name : name))
  const end = preceded.trimEnd().length
  return withBody(line, start + address + preceded.slice(0, end) + after.join('') + preceded.slice(end) + comment)
}

function partsOf(line: string) {
  const text = bodyOf(line).replace(/#.*$/, '')
  const [, start = '', address = '', names = ''] = /^(\s*)(\S+)(.*)$/.exec(text) ?? []
  return { start, address, names, comment: bodyOf(line).slice(text.length) }
}
