import { canonicalAddress } from '../../ip-address.js'

/** Parses the output of `corosync-cfgtool -s` in its three formats: Corosync 2.4, 3.0 and 3.1. */

export interface Link {
  link: number
  /** The protocol of a knet link, `udp` or `sctp`; only in Corosync 3.1. */
  transport?: string
  /** The node's own address; with udpu on Corosync 3.1, the peer's. */
  address: string
  /**
   * The other nodes and the node itself. Empty for Corosync 2.4, which reports only whether the whole ring is faulty.
   */
  peers: Peer[]
  faulty?: boolean
}

export interface Peer {
  nodeId: number
  connected: boolean
  self: boolean
}

/**
 * A node without peers has no links.
 *
 * @throws Error for an unknown line, for a link without an address, and if the heading is missing.
 */
export function parseCfgtool(text: string): Link[] {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  const self = Number(/^Local node ID (\d+)/m.exec(text)?.[1])
  if (Number.isNaN(self)) throw new Error(`not the output of corosync-cfgtool -s: ${lines[0] ?? 'nothing'}`)
  const links: Link[] = []
  for (const line of lines) {
    if (/^(Printing (link|ring) status\.|Local node ID )/.test(line)) continue
    const link = parseHeading(line)
    if (link !== undefined) links.push(link)
    else if (!readDetail(line, links.at(-1), self)) throw new Error(`not a line of corosync-cfgtool -s: ${line}`)
  }
  const incomplete = links.find(link => link.address === '' || (link.faulty === undefined && link.peers.length === 0))
  if (incomplete !== undefined) throw new Error(`the output of corosync-cfgtool -s ends within link ${incomplete.link}`)
  return links
}

function parseHeading(line: string): Link | undefined {
  const [, link, transport] = /^(?:LINK|RING) ID (\d+)(?: (\w+))?$/.exec(line) ?? []
  if (link === undefined) return undefined
  return { link: Number(link), ...(transport && { transport }), address: '', peers: [] }
}

/** Adds one line below a heading to its link. @returns false for an unknown line. */
function readDetail(line: string, link: Link | undefined, self: number): boolean {
  if (link === undefined) return false
  const [, address] = /^(?:addr|id)\s*= (.*)$/.exec(line) ?? []
  if (address !== undefined) {
    // Corosync 3.1 prints the number of the interface behind an IPv6 address: `fd00:1::1%2`.
    link.address = canonicalAddress(address.replace(/%\d+$/, ''))
    return true
  }
  const [, ring] = /^status\s*= (.*)$/.exec(line) ?? []
  if (ring !== undefined) {
    link.faulty = ring.includes('FAULTY')
    return true
  }
  const peer = parsePeer(line, self)
  if (peer !== undefined) link.peers.push(peer)
  return peer !== undefined || line === 'status:'
}

function parsePeer(line: string, self: number): Peer | undefined {
  const [, id, state] = /^nodeid:?\s+(\d+):\s*(.*)$/.exec(line) ?? []
  const nodeId = Number(id)
  if (state === 'localhost') return { nodeId, connected: true, self: true }
  if (state === 'connected') return { nodeId, connected: true, self: false }
  if (state === 'disconnected') return { nodeId, connected: false, self: false }
  // Corosync 3.0 prints the node itself like a peer.
  const [, connected] = /^link enabled:[01]\s+link connected:([01])$/.exec(state ?? '') ?? []
  return connected === undefined ? undefined : { nodeId, connected: connected === '1', self: nodeId === self }
}
