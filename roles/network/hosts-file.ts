import { isIP } from 'node:net'
import { isLoopback } from '../../runner/ip-address.js'
import { entryOf, withAddress, withNames, withoutNames, type HostsEntry } from './hosts-line.js'
import { ended, lineEndOf, splitLines } from './lines.js'

/** A node's entry in /etc/hosts. */
export interface HostsNode {
  name: string
  address: string
}

/**
 * Edits /etc/hosts so that nodes resolve each other without DNS: each node's name is on its address, and on no other one of that
 * address family. Debian's `127.0.1.1 <fqdn> <hostname>` would make a node resolve its own name to the loopback. The FQDN and the
 * aliases of a name move with it; other names of such a line, comments and all other lines are kept. Names are compared
 * case-insensitively, as the resolver does (hosts(5)).
 */
export function hostsFile(current: string, nodes: HostsNode[]): string {
  const lineEnd = lineEndOf(current)
  const lines = nodes.reduce((before, node) => placeNode(before, node, nodes, lineEnd), splitLines(current))
  return ended(lines.join(''), lineEnd)
}

/** The lines with a node's name, FQDN and aliases on its address. */
function placeNode(lines: string[], node: HostsNode, nodes: HostsNode[], lineEnd: string): string[] {
  const isOwn = (name: string) => ownerOf(name, nodes) === node
  const entries = lines.map(entryOf)
  const home = entries.findIndex(entry => entry?.address === node.address && hasName(entry, node.name))
  const moved: string[] = []
  const emptied: number[] = []
  const left = lines.map((line, at) => {
    const entry = entries[at]
    if (!entry || !isStale(entry, node)) return line
    const goes = isOfNodeAlone(entry, node, nodes) ? () => true : isOwn
    moved.push(...entry.names.filter(goes))
    if (entry.names.every(goes)) emptied.push(at)
    return withoutNames(line, goes)
  })
  if (home !== -1) {
    left[home] = withNames(lines[home]!, newNames(moved, entries, node), isOwn)
    return left.map((line, at) => (emptied.includes(at) ? '' : line))
  }
  const names = inOrder([...new Set(moved.length > 0 ? moved : [node.name])], isOwn)
  const [place, ...others] = emptied
  if (place === undefined) {
    return splitLines(`${ended(left.join(''), lineEnd)}${node.address}\t${names.join(' ')}${lineEnd}`)
  }
  left[place] = withAddress(lines[place]!, node.address, names)
  return left.map((line, at) => (others.includes(at) ? '' : line))
}

/** Whether a line gives a node's name another address of the same family. */
function isStale({ address, names }: HostsEntry, node: HostsNode): boolean {
  return isIP(address) === isIP(node.address) && address !== node.address && hasName({ names }, node.name)
}

/** Whether all names of a line are aliases of the node: then it is the node's line with a former address. */
function isOfNodeAlone({ address, names }: HostsEntry, node: HostsNode, nodes: HostsNode[]): boolean {
  const owners = names.map(name => ownerOf(name, nodes))
  return !isLoopback(address) && owners[0] === node && owners.every(owner => [node, undefined].includes(owner))
}

/** The node to which a name belongs: its own name, its name with a domain, or its name without the domain. */
function ownerOf(name: string, nodes: HostsNode[]): HostsNode | undefined {
  const lower = name.toLowerCase()
  const named = nodes.map(node => ({ node, own: node.name.toLowerCase() }))
  const [longest] = named
    .filter(({ own }) => lower === own || lower.startsWith(`${own}.`))
    .toSorted((a, b) => b.own.length - a.own.length)
  if (longest) return longest.node
  const shortened = lower.includes('.') ? [] : named.filter(({ own }) => own.startsWith(`${lower}.`))
  return shortened.length === 1 ? shortened[0]?.node : undefined
}

function hasName({ names }: Pick<HostsEntry, 'names'>, wanted: string): boolean {
  return names.some(name => name.toLowerCase() === wanted.toLowerCase())
}

/** The moved names that the node's address does not have yet. */
function newNames(moved: string[], entries: (HostsEntry | undefined)[], node: HostsNode): string[] {
  const present = entries.filter(entry => entry?.address === node.address)
  return [...new Set(moved)].filter(name => !present.some(entry => entry && hasName(entry, name)))
}

/** The FQDN comes first: it is the canonical name, which `hostname --fqdn` prints. */
function inOrder(names: string[], isOwn: (name: string) => boolean): string[] {
  const isFqdn = (name: string) => isOwn(name) && name.includes('.')
  return [...names.filter(isFqdn), ...names.filter(name => !isFqdn(name))]
}
