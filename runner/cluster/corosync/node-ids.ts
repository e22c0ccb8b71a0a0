import type { Cmap } from './cmap.js'
import { nodeSections, valueOf, type Section } from './conf.js'

/** Node ids exist only in the nodes' corosync.conf. Each is assigned once and never changes. */

export interface NodeIds {
  /** The id of every node of the inventory. */
  ids: Map<string, number>
  /** Whether any corosync.conf already names nodes. */
  formed: boolean
  /** Nodes of the inventory that no corosync.conf of a formed cluster names. */
  missing: string[]
  /** Nodes that a corosync.conf names and the inventory does not. */
  unknown: string[]
}

/**
 * The ids of a cluster's nodes, from each node's corosync.conf (undefined if it is missing or could not be read). Nodes
 * that no file names get the lowest free ids, in the order of the inventory.
 * @throws Error if two files contradict each other.
 */
export function resolveNodeIds(nodes: string[], confs: Map<string, Section | undefined>): NodeIds {
  const ids = new Map<string, { id: number; seenOn: string }>()
  const names = new Map<number, { name: string; seenOn: string }>()
  for (const [seenOn, conf] of confs) {
    if (conf === undefined || isDebianDefault(conf)) continue
    for (const { name, id } of membersIn(conf, seenOn)) {
      const known = ids.get(name)
      if (known !== undefined && known.id !== id) {
        throw new Error(`${name} has node id ${known.id} in corosync.conf on ${known.seenOn} and ${id} on ${seenOn}`)
      }
      const other = names.get(id)
      if (other !== undefined && other.name !== name) {
        const there = `${other.name}'s in corosync.conf on ${other.seenOn}`
        throw new Error(`node id ${id} is ${there} and ${name}'s on ${seenOn}`)
      }
      ids.set(name, known ?? { id, seenOn })
      names.set(id, other ?? { name, seenOn })
    }
  }
  const formed = ids.size > 0
  return {
    ids: new Map(nodes.map(node => [node, ids.get(node)?.id ?? assignId(node, names)])),
    formed,
    missing: formed ? nodes.filter(node => !ids.has(node)) : [],
    unknown: [...ids.keys()].filter(name => !nodes.includes(name)),
  }
}

function assignId(node: string, names: Map<number, { name: string; seenOn: string }>): number {
  let id = 1
  while (names.has(id)) id += 1
  names.set(id, { name: node, seenOn: 'the inventory' })
  return id
}

function membersIn(conf: Section, seenOn: string): { name: string; id: number }[] {
  return nodeSections(conf).map(node => {
    const id = Number(node.get('nodeid'))
    const address = node.get('ring0_addr')
    // Without `name`, Corosync and Pacemaker use ring0_addr as the name of the node.
    const name = node.get('name') ?? address
    if (name === undefined) throw new Error(`corosync.conf on ${seenOn} has a node without name and ring0_addr`)
    if (!Number.isInteger(id) || id < 1) throw new Error(`corosync.conf on ${seenOn} has no node id for ${name}`)
    return { name, id }
  })
}

/** Whether this is the file that Debian's package ships: `cluster_name: debian` and one node, 127.0.0.1. */
export function isDebianDefault(conf: Section): boolean {
  const nodes = nodeSections(conf)
  return (
    valueOf(conf, 'totem', 'cluster_name') === 'debian' &&
    nodes.length === 1 &&
    nodes[0]?.get('ring0_addr') === '127.0.0.1'
  )
}

/** Whether Corosync runs with that file. A cluster of that name with other addresses is a real cluster. */
export function runsDebianDefault(cmap: Cmap): boolean {
  return (
    cmap.get('totem.cluster_name')?.value === 'debian' && cmap.get('nodelist.node.0.ring0_addr')?.value === '127.0.0.1'
  )
}
