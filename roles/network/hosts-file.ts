import { bodyOf, ended, lineEndOf, splitLines, withBody } from './lines.js'

/** A node's entry in /etc/hosts. */
export interface HostsNode {
  name: string
  address: string
}

/**
 * Edits /etc/hosts so that nodes resolve each other without DNS: each node's name is on its address, and on no other. Debian's
 * `127.0.1.1 <hostname>` would make a node resolve its own name to the loopback. Other names on such a line, aliases on a node's own
 * line, comments and all other lines are kept. Names are compared case-insensitively, as the resolver does (hosts(5)).
 */
export function hostsFile(current: string, nodes: HostsNode[]): string {
  const lineEnd = lineEndOf(current)
  const addresses = new Map(nodes.map(node => [node.name.toLowerCase(), node.address]))
  const kept = splitLines(current).flatMap(line => withoutWrongNames(line, addresses))
  const present = new Set(kept.flatMap(namesOn))
  const missing = nodes.filter(node => !present.has(node.name.toLowerCase()))
  const added = missing.map(node => `${node.address}\t${node.name}${lineEnd}`)
  return ended(kept.join(''), lineEnd) + added.join('')
}

/** The line without the names of nodes that have another address; none if no name is left. */
function withoutWrongNames(line: string, addresses: Map<string, string>): string[] {
  const [, start = '', address = '', names = ''] = /^(\s*)(\S+)(.*)$/.exec(withoutComment(line)) ?? []
  const isWrong = (name: string) => (addresses.get(name.toLowerCase()) ?? address) !== address
  if (address === '' || !splitNames(names).some(isWrong)) return [line]
  const left = names.replace(/\s+(\S+)/g, (separatorAndName, name: string) => (isWrong(name) ? '' : separatorAndName))
  if (splitNames(left).length === 0) return []
  return [withBody(line, start + address + left + commentOf(line))]
}

/** The names of a line, in lower case. */
function namesOn(line: string): string[] {
  return splitNames(withoutComment(line).toLowerCase()).slice(1)
}

function withoutComment(line: string): string {
  return bodyOf(line).replace(/#.*$/, '')
}

function commentOf(line: string): string {
  return bodyOf(line).slice(withoutComment(line).length)
}

function splitNames(text: string): string[] {
  return text.split(/\s+/).filter(name => name !== '')
}
