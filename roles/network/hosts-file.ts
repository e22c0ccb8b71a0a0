import { bodyOf, ended, lineEndOf, linesOf, withBody } from './lines.js'

/** A node as /etc/hosts knows it. */
export interface HostsNode {
  name: string
  address: string
}

/**
 * /etc/hosts with one line a node, so that nodes find each other without DNS, and with no node's name on a wrong
 * address: Debian's `127.0.1.1 <hostname>` makes a node believe that it is reached over the loopback. Other names
 * on such a line stay; aliases beside a node's name on its own address stay; comments and all other lines stay.
 * Names are compared without regard to case, as the resolver does (hosts(5)).
 */
export function hostsFile(current: string, nodes: HostsNode[]): string {
  const lineEnd = lineEndOf(current)
  const addresses = new Map(nodes.map((node) => [node.name.toLowerCase(), node.address]))
  const kept = linesOf(current).flatMap((line) => withoutWrongNames(line, addresses))
  const present = new Set(kept.flatMap(namesOn))
  const missing = nodes.filter((node) => !present.has(node.name.toLowerCase()))
  const added = missing.map((node) => `${node.address}\t${node.name}${lineEnd}`)
  return ended(kept.join(''), lineEnd) + added.join('')
}

/** The line without names of nodes that have another address; no line at all when none is left. */
function withoutWrongNames(line: string, addresses: Map<string, string>): string[] {
  const [, start = '', address = '', names = ''] = /^(\s*)(\S+)(.*)$/.exec(withoutComment(line)) ?? []
  const isWrong = (name: string) => (addresses.get(name.toLowerCase()) ?? address) !== address
  if (address === '' || !wordsOf(names).some(isWrong)) return [line]
  const left = names.replace(/\s+(\S+)/g, (separatorAndName, name: string) => (isWrong(name) ? '' : separatorAndName))
  if (wordsOf(left).length === 0) return []
  return [withBody(line, start + address + left + commentOf(line))]
}

/** What an entry says, in lower case: only its names, not its address. */
function namesOn(line: string): string[] {
  return wordsOf(withoutComment(line).toLowerCase()).slice(1)
}

function withoutComment(line: string): string {
  return bodyOf(line).replace(/#.*$/, '')
}

function commentOf(line: string): string {
  return bodyOf(line).slice(withoutComment(line).length)
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
