import { isIP } from 'node:net'
import { canonicalAddress } from '../../ip-address.js'
import { membersOf } from '../corosync/cmap.js'
import { attribute, elementsOf, firstOf, readXml } from '../pacemaker/xml.js'
import type { NodeReading } from './reading.js'
import { localNodeId, localPosition } from './same-cluster.js'

/**
 * A member of a running cluster. The node list may lack names or ids, or may be missing (udp): then the ids that Corosync assigned,
 * the addresses that it sees, and Pacemaker's names for these ids identify a member.
 */
export interface RunningMember {
  id?: number | undefined
  /** `name` in the nodelist. */
  corosyncName?: string | undefined
  /** Its name in Pacemaker. */
  pacemakerName?: string | undefined
  /** By link number. */
  addresses: Map<number, string>
  /** Other settings of the node list: `quorum_votes`. */
  others: Map<string, string>
}

/** The members, in the order of the node list, or else of their ids. @param readings - the node list of the first one is used. */
export function runningMembers(readings: NodeReading[]): RunningMember[] {
  const [first] = readings
  if (first === undefined) return []
  const seen = new Map(
    readings
      .toReversed()
      .flatMap(({ cmap }) => membersOf(cmap))
      .map(member => [member.nodeId, member]),
  )
  const listed = nodelistOf(first)
  identify(listed, readings, seen)
  const names = pacemakerNames(readings)
  const known = new Set(listed.map(({ id }) => id))
  // Without a nodelist, Corosync remembers who has left: Pacemaker knows whether that node still belongs to the cluster.
  const unlisted = [...seen.values()]
    .filter(
      ({ nodeId, status }) => !known.has(nodeId) && (status === 'joined' || (listed.length === 0 && names.has(nodeId))),
    )
    .toSorted((one, other) => one.nodeId - other.nodeId)
    .map(({ nodeId }): RunningMember => ({ id: nodeId, addresses: new Map(), others: new Map() }))
  return [...listed, ...unlisted].map(member => {
    const { addresses = [] } = seen.get(member.id ?? NaN) ?? {}
    // With a nodelist and an interface section, udpu shows the one address as that of a second link too.
    const isOnLink = (link: number) => (member.addresses.size === 0 ? link === 0 : member.addresses.has(link))
    const literal = addresses
      .map((address, link) => [link, address] as const)
      .filter(([link]) => isOnLink(link) && isIP(member.addresses.get(link) ?? '') === 0)
    const all = [...member.addresses, ...literal].toSorted(([one], [other]) => one - other)
    const pacemakerName = names.get(member.id ?? NaN) ?? [...names.values()].find(name => name === member.corosyncName)
    return { ...member, addresses: new Map(all), pacemakerName }
  })
}

/** The nodes of the nodelist, by their place in it. */
function nodelistOf({ cmap }: NodeReading): RunningMember[] {
  const members = new Map<number, RunningMember>()
  for (const [key, { value }] of cmap) {
    const [, place, setting = ''] = /^nodelist\.node\.(\d+)\.(.+)$/.exec(key) ?? []
    if (place === undefined) continue
    const member: RunningMember = members.get(Number(place)) ?? { addresses: new Map(), others: new Map() }
    members.set(Number(place), member)
    const [, link] = /^ring(\d+)_addr$/.exec(setting) ?? []
    if (link !== undefined) member.addresses.set(Number(link), canonicalAddress(value))
    else if (setting === 'nodeid') member.id = Number(value)
    else if (setting === 'name') member.corosyncName = value
    else member.others.set(setting, value)
  }
  return [...members].toSorted(([one], [other]) => one - other).map(([, member]) => member)
}

/** Finds the ids that the node list lacks: by address, from the node that was read itself, and the last one by elimination. */
function identify(listed: RunningMember[], readings: NodeReading[], seen: Map<number, { addresses: string[] }>): void {
  for (const [id, { addresses }] of seen) {
    const member = listed.find(
      each => each.id === undefined && [...each.addresses.values()].some(address => addresses.includes(address)),
    )
    if (member) member.id = id
  }
  for (const reading of readings) {
    const member = listed[localPosition(reading) ?? -1]
    if (member) member.id ??= localNodeId(reading)
  }
  const nameless = listed.filter(({ id }) => id === undefined)
  const left = [...seen.keys()].filter(id => !listed.some(member => member.id === id))
  if (nameless.length === 1 && left.length === 1) nameless[0]!.id = left[0]
}

/** Pacemaker's names by Corosync's ids, from its report and from the CIB, which also has nodes that are offline. */
function pacemakerNames(readings: NodeReading[]): Map<number, string> {
  const reported = readings.flatMap(({ state }) => state?.nodes ?? []).map(({ id, name }) => [id, name] as const)
  return new Map(
    [...cibNodes(readings).map(({ id, name }) => [id, name] as const), ...reported]
      .filter(([id]) => /^\d+$/.test(id))
      .map(([id, name]) => [Number(id), name]),
  )
}

/** The nodes in the CIB, Pacemaker's remote nodes left out. */
function cibNodes(readings: NodeReading[]): { id: string; name: string }[] {
  const cib = readings.find(reading => reading.cib !== undefined)?.cib
  const nodes = cib === undefined ? [] : elementsOf(firstOf(readXml(cib), 'configuration', 'nodes'), 'node')
  return nodes
    .filter(node => (attribute(node, 'type') ?? 'member') !== 'remote')
    .map(node => ({ id: attribute(node, 'id') ?? '', name: attribute(node, 'uname') ?? '' }))
}

/** Names of the nodes that are members in Pacemaker, but not in Corosync. */
export function absentNodes(readings: NodeReading[], members: RunningMember[]): string[] {
  const present = new Set(members.flatMap(({ id, pacemakerName }) => [String(id), pacemakerName]))
  return cibNodes(readings)
    .filter(({ id, name }) => !present.has(id) && !present.has(name))
    .map(({ name }) => name)
}
