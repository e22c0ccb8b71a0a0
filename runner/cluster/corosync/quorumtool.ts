/** Parses the output of `corosync-quorumtool -s`. Its exit code contains less, and is wrong in 3.0.1. */

export interface Quorum {
  quorate: boolean
  nodes: number
  nodeId: number
  /**
   * `1.2c`: the id of the representative and the sequence number of the ring, which changes with every new membership.
   */
  ringId: string
  /** Absent without votequorum; then there are no members either. */
  votes?: { expected: number; total: number; quorum: number }
  /** `2Node`, `Quorate`, `WaitForAll` … */
  flags: string[]
  members: QuorumMember[]
  /** The quorum device: its votes as this node counts them; absent if none has been registered since Corosync started. */
  device?: { votes: number }
}

export interface QuorumMember {
  nodeId: number
  votes: number
  /** A name from the node list, else an address or what it resolves to. */
  name: string
  self: boolean
  /**
   * How the node sees the quorum device: whether it is alive, votes for the node's partition, and is trusted to win alone
   * (`A,V,NMW`). Absent if no device is registered there.
   */
  device?: { isAlive: boolean; isVoting: boolean }
}

/** @throws Error if a line is missing that every version prints. */
export function parseQuorumtool(text: string): Quorum {
  const lines = [...text.matchAll(/^([A-Z][A-Za-z ]+):[ \t]+(.*)$/gm)]
  const fields = new Map(lines.map(([, key = '', value = '']) => [key, value.trim()]))
  const field = (name: string): string => {
    const value = fields.get(name)
    if (value === undefined) {
      throw new Error(`the output of corosync-quorumtool -s does not contain ${name}: ${text.trim().slice(0, 80)}`)
    }
    return value
  }
  const rows = rowsIn(text)
  const members = rows.flatMap(({ isDevice, ...member }) => (isDevice ? [] : [member]))
  const device = rows.find(({ isDevice }) => isDevice)
  const nodes = numberIn(field('Nodes'))
  const quorate = field('Quorate')
  const hasVotes = field('Quorum provider') === 'corosync_votequorum'
  if (quorate !== 'Yes' && quorate !== 'No') throw new Error(`corosync-quorumtool -s prints Quorate: ${quorate}`)
  if (hasVotes && members.length !== nodes) {
    throw new Error(`corosync-quorumtool -s announces ${nodes} nodes and lists ${members.length}`)
  }
  const votes = hasVotes && {
    expected: numberIn(field('Expected votes')),
    total: numberIn(field('Total votes')),
    quorum: numberIn(field('Quorum')),
  }
  return {
    quorate: quorate === 'Yes',
    nodes,
    nodeId: numberIn(field('Node ID')),
    ringId: field('Ring ID'),
    ...(votes && { votes }),
    flags: (fields.get('Flags') ?? '').split(' ').filter(flag => flag !== ''),
    members,
    ...(device && { device: { votes: device.votes } }),
  }
}

// `Quorum:           1 Activity blocked` begins with its number.
function numberIn(value: string): number {
  const number = Number(/^(?:0x[0-9a-f]+|\d+)/.exec(value)?.[0])
  if (Number.isNaN(number)) throw new Error(`corosync-quorumtool -s prints ${value} where a number should be`)
  return number
}

/** The row of a quorum device has the node id 0. */
function rowsIn(text: string): (QuorumMember & { isDevice: boolean })[] {
  const [, table = ''] = text.split(/^Membership information\n-+\n/m)
  return table
    .split('\n')
    .slice(1)
    .flatMap(line => {
      // The Qdevice column, if present, is `NR` or similar to `A,V,NMW`.
      const [, id, votes, alive, voting, name, local] =
        /^\s*(\d+|0x[0-9a-f]+)\s+(\d+)\s+(?:(?:NR|(N?A),(N?V),N?MW)\s+)?(\S.*?)( \(local\))?$/.exec(line) ?? []
      if (id === undefined) return []
      const row = { nodeId: Number(id), votes: Number(votes), name: name ?? '', self: local !== undefined }
      const device = alive !== undefined && { device: { isAlive: alive === 'A', isVoting: voting === 'V' } }
      return [{ ...row, ...device, isDevice: row.nodeId === 0 }]
    })
}
