/** The cmap, Corosync's in-memory map of its configuration and run-time state, as `corosync-cmapctl` prints it. */

export type Cmap = Map<string, CmapValue>

export interface CmapValue {
  /** `str`, `u32`, `i8`, `flt`, `bin` … */
  type: string
  /** Empty for binary values: corosync-cmapctl prints them only with `-b`. */
  value: string
}

/**
 * Parses the output of `corosync-cmapctl`, with or without prefix arguments.
 * @throws Error at a line that is not `name (type) = value`, for instance if the output was cut short.
 */
export function parseCmap(text: string): Cmap {
  const cmap = new Map<string, CmapValue>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const match = /^(\S+) \(([a-z0-9]+)\)(?: = (.*))?$/.exec(line)
    const [, name, type, value] = match ?? []
    if (name === undefined || type === undefined || (value === undefined && type !== 'bin')) {
      throw new Error(`not a line of corosync-cmapctl: ${line}`)
    }
    cmap.set(name, { type, value: value ?? '' })
  }
  return cmap
}

/** A node of the membership, as one node sees it. */
export interface RingMember {
  nodeId: number
  /** On each link, link 0 first. */
  addresses: string[]
  /** `joined` or `left`. */
  status: string
  joinCount: number
}

// Corosync 3 has the first, 2.4 the second.
const memberEntry = /^runtime\.(?:members|totem\.pg\.mrp\.srp\.members)\.(\d+)\.(ip|status|join_count)$/

/** The members that a node has seen since its Corosync started, ordered by id. */
export function membersOf(cmap: Cmap): RingMember[] {
  const members = new Map<number, RingMember>()
  for (const [name, { value }] of cmap) {
    const [, id, field] = memberEntry.exec(name) ?? []
    if (id === undefined) continue
    const member = members.get(Number(id)) ?? { nodeId: Number(id), addresses: [], status: 'unknown', joinCount: 0 }
    members.set(member.nodeId, member)
    if (field === 'ip') member.addresses = [...value.matchAll(/ip\(([^)]*)\)/g)].map(([, address = '']) => address)
    else if (field === 'status') member.status = value
    else member.joinCount = Number(value)
  }
  return [...members.values()].sort((one, other) => one.nodeId - other.nodeId)
}

/**
 * The Corosync ids of the nodes of the inventory, by name. A node list may lack names or ids (with udp and udpu
 * Corosync derives ids from the addresses), and with udp there may be no node list at all. Such nodes are identified by
 * the address with which they joined.
 *
 * @param nodes - with their address on each link.
 */
export function nodeIdsOf(
  nodes: readonly { name: string; links: readonly string[] }[],
  cmap: Cmap,
): Map<string, number> {
  const named = nodeIdsIn(cmap)
  const members = membersOf(cmap)
  return new Map(
    nodes.flatMap(({ name, links }) => {
      const id =
        named.get(name) || members.find(({ addresses }) => addresses.some(address => links.includes(address)))?.nodeId
      return id === undefined ? [] : [[name, id] as const]
    }),
  )
}

/** The ids in the running node list, by node name. */
export function nodeIdsIn(cmap: Cmap): Map<string, number> {
  return new Map(
    [...cmap].flatMap(([entry, { value }]) => {
      const [, position] = /^nodelist\.node\.(\d+)\.name$/.exec(entry) ?? []
      return position === undefined
        ? []
        : [[value, Number(cmap.get(`nodelist.node.${position}.nodeid`)?.value)] as const]
    }),
  )
}
