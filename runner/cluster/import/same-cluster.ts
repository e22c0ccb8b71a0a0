import { TaskError } from '../../errors.js'
import { canonicalAddress } from '../../ip-address.js'
import { membersOf } from '../corosync/cmap.js'
import type { NodeReading } from './reading.js'

/** Checks that the nodes that were read are members of one cluster, and orders them by how much their view is trusted. */

/**
 * The nodes, the most trusted first: those whose Pacemaker runs and whose partition has quorum.
 *
 * @throws TaskError if the nodes belong to several clusters, or Pacemaker runs on none.
 */
export function mostTrustedFirst(readings: NodeReading[]): NodeReading[] {
  refuseSeveralClusters(readings)
  const rank = ({ cib, quorum }: NodeReading) => Number(cib !== undefined) * 2 + Number(quorum?.quorate ?? false)
  const ordered = readings.toSorted((one, other) => rank(other) - rank(one))
  if (ordered[0]?.cib !== undefined) return ordered
  throw new TaskError(
    `${readings.map(({ host }) => host).join(', ')}: Corosync runs, but Pacemaker does not answer: there is no CIB to read`,
    {
      hint: 'start it there with `systemctl start pacemaker`, or name a member on which it runs',
    },
  )
}

/** The Corosync node id of the node that was read. */
export function localNodeId({ cmap, quorum }: NodeReading): number | undefined {
  const id = quorum?.nodeId ?? cmap.get('runtime.votequorum.this_node_id')?.value
  return id === undefined ? undefined : Number(id)
}

/** The place in the nodelist of the node that was read. */
export function localPosition({ cmap }: NodeReading): number | undefined {
  const position = cmap.get('nodelist.local_node_pos')?.value
  return position === undefined ? undefined : Number(position)
}

/** @throws TaskError naming the first node that is not in the first one's cluster. */
function refuseSeveralClusters(readings: NodeReading[]): void {
  const [first, ...others] = readings
  if (first === undefined) return
  const known = knownAddresses(first)
  for (const other of others) {
    const isMember = nameOf(first) === nameOf(other) && ownAddresses(other).some(address => known.has(address))
    if (isMember) continue
    throw new TaskError(
      `${other.host}: this node is not in the cluster of ${first.host}: ${description(other)}, and not ${description(first)}`,
      {
        hint: 'import one cluster at a time: name only nodes of the same cluster',
      },
    )
  }
}

function nameOf({ cmap }: NodeReading): string {
  return cmap.get('totem.cluster_name')?.value ?? ''
}

function description(reading: NodeReading): string {
  const name = nameOf(reading)
  return `${name === '' ? 'a cluster without a name' : `"${name}"`} of ${[...knownAddresses(reading)].join(', ')}`
}

/** The addresses of all members, on every link. */
function knownAddresses({ cmap }: NodeReading): Set<string> {
  const declared = [...cmap]
    .filter(([key]) => /^nodelist\.node\.\d+\.ring\d+_addr$/.test(key))
    .map(([, { value }]) => canonicalAddress(value))
  return new Set([...declared, ...membersOf(cmap).flatMap(({ addresses }) => addresses)])
}

function ownAddresses(reading: NodeReading): string[] {
  const id = localNodeId(reading)
  const position = localPosition(reading)
  const declared = [...reading.cmap]
    .filter(([key]) => key.startsWith(`nodelist.node.${position}.ring`))
    .map(([, { value }]) => canonicalAddress(value))
  return [
    ...declared,
    ...membersOf(reading.cmap)
      .filter(({ nodeId }) => nodeId === id)
      .flatMap(({ addresses }) => addresses),
  ]
}
