/** What `corosync-quorumtool -s` prints. Its exit code says less, and in 3.0.1 the wrong thing. */

export interface Quorum {
  quorate: boolean
  nodes: number
  nodeId: number
  /** `1.2c`: the representative's id and the ring's sequence number, which changes with every new membership. */
  ringId: string
  /** Absent without votequorum, and then no members are listed either. */
  votes?: { expected: number; total: number; quorum: number }
  /** `2Node`, `Quorate`, `WaitForAll` … */
  flags: string[]
  members: QuorumMember[]
}

export interface QuorumMember {
  nodeId: number
  votes: number
  /** A name from the node list, else an address, else whatever that resolves to. */
  name: string
  self: boolean
}

/**
 * Reads the output of `corosync-quorumtool -s`. A quorum device's own row (node id 0) is no member.
 * @throws Error when a line that every version prints is missing.
 */
export function parseQuorumtool(text: string): Quorum {
  const lines = [...text.matchAll(/^([A-Z][A-Za-z ]+):[ \t]+(.*)$/gm)]
  const fields = new Map(lines.map(([, key = '', value = '']) => [key, value.trim()]))
  const field = (name: string): string => {
    const value = fields.get(name)
    if (value === undefined) {
      throw new Error(`the output of corosync-quorumtool -s says nothing of ${name}: ${text.trim().slice(0, 80)}`)
    }
    return value
  }
  const members = membersIn(text)
  const nodes = numberIn(field('Nodes'))
  const quorate = field('Quorate')
  const voting = field('Quorum provider') === 'corosync_votequorum'
  if (quorate !== 'Yes' && quorate !== 'No') throw new Error(`corosync-quorumtool -s says Quorate: ${quorate}`)
  if (voting && members.length !== nodes) {
    throw new Error(`corosync-quorumtool -s announces ${nodes} nodes and lists ${members.length}`)
  }
  const votes = voting && {
    expected: numberIn(field('Expected votes')),
    total: numberIn(field('Total votes')),
    quorum: numberIn(field('Quorum'))
  }
  return {
    quorate: quorate === 'Yes',
    nodes,
    nodeId: numberIn(field('Node ID')),
    ringId: field('Ring ID'),
    ...votes && { votes },
    flags: (fields.get('Flags') ?? '').split(' ').filter(flag => flag !== ''),
    members
  }
}

// `Quorum:           1 Activity blocked` begins with its number.
function numberIn(value: string): number {
  const number = Number(/^(?:0x[0-9a-f]+|\d+)/.exec(value)?.[0])
  if (Number.isNaN(number)) throw new Error(`corosync-quorumtool -s prints ${value} where a number should be`)
  return number
}

function membersIn(text: string): QuorumMember[] {
  const [, table = ''] = text.split(/^Membership information\n-+\n/m)
  return table.split('\n').slice(1).flatMap(line => {
    // The Qdevice column, where there is one, is `NR` or like `A,V,NMW`.
    const [, id, votes, name, local] =
      /^\s*(\d+|0x[0-9a-f]+)\s+(\d+)\s+(?:(?:NR|N?A,N?V,N?MW)\s+)?(\S.*?)( \(local\))?$/.exec(line) ?? []
    if (id === undefined || Number(id) === 0) return []
    return [{ nodeId: Number(id), votes: Number(votes), name: name ?? '', self: local !== undefined }]
  })
}
