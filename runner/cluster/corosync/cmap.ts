/** What `corosync-cmapctl` prints: Corosync's configuration and run-time keys. */

export interface CmapValue {
  /** `str`, `u32`, `i8`, `flt`, `bin` … */
  type: string
  /** Empty for binary values, which corosync-cmapctl prints only with `-b`. */
  value: string
}

/**
 * Reads the output of `corosync-cmapctl`, whole or of one prefix.
 * @throws Error at a line that is no `key (type) = value`, e.g. of output cut short.
 */
export function parseCmap(text: string): Map<string, CmapValue> {
  const keys = new Map<string, CmapValue>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const found = /^(\S+) \(([a-z0-9]+)\)(?: = (.*))?$/.exec(line)
    const [, key, type, value] = found ?? []
    if (key === undefined || type === undefined || (value === undefined && type !== 'bin')) {
      throw new Error(`not a line of corosync-cmapctl: ${line}`)
    }
    keys.set(key, { type, value: value ?? '' })
  }
  return keys
}

/** A node of the membership, as one node sees it. */
export interface Member {
  nodeId: number
  /** On each link, link 0 first. */
  addresses: string[]
  /** `joined` or `left`. */
  status: string
  joinCount: number
}

// Corosync 3 has the first, 2.4 the second.
const memberKey = /^runtime\.(?:members|totem\.pg\.mrp\.srp\.members)\.(\d+)\.(ip|status|join_count)$/

/** The members that a node has seen since its Corosync started, by id. */
export function membersOf(keys: Map<string, CmapValue>): Member[] {
  const members = new Map<number, Member>()
  for (const [key, { value }] of keys) {
    const [, id, field] = memberKey.exec(key) ?? []
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
 * The ids by which Corosync knows the nodes of the inventory. A node list need not have names, nor ids (with udp and udpu
 * Corosync makes them from the addresses), and with udp there need not be one: what is left then is the address at which
 * a member has joined.
 *
 * @param nodes - with their addresses on each link.
 */
export function nodeIdsOf(nodes: readonly { name: string; links: readonly string[] }[], keys: Map<string, CmapValue>): Map<string, number> {
  const named = nodeIdsIn(keys)
  const members = membersOf(keys)
  return new Map(nodes.flatMap(({ name, links }) => {
    const id = named.get(name) || members.find(({ addresses }) => addresses.some(address => links.includes(address)))?.nodeId
    return id === undefined ? [] : [[name, id] as const]
  }))
}

/** The ids of the nodes that Corosync was told of, by name. */
export function nodeIdsIn(keys: Map<string, CmapValue>): Map<string, number> {
  return new Map([...keys].flatMap(([key, { value }]) => {
    const [, place] = /^nodelist\.node\.(\d+)\.name$/.exec(key) ?? []
    return place === undefined ? [] : [[value, Number(keys.get(`nodelist.node.${place}.nodeid`)?.value)] as const]
  }))
}
