import { canonicalAddress, familyOf } from '../../ip-address.js'
import { firstAddress } from './links.js'
import { keptName } from './names.js'
import type { NodeReading } from './reading.js'
import type { RunningMember } from './running-members.js'
import { localNodeId, localPosition } from './same-cluster.js'
import { comment, entry, yamlScalar } from './yaml-text.js'

/** The `hosts:` of the inventory: every member of the running cluster, also those not named on the command line. */
export function hostLines(members: RunningMember[], names: string[], readings: NodeReading[]): string[] {
  const users = new Set(readings.map(({ user }) => user))
  // If all named nodes have the same login name, the others probably have it too.
  const [commonUser] = users.size === 1 ? users : []
  return members.flatMap((member, at) => {
    const name = names[at]!
    const reading = readingOf(member, at, readings)
    const kept = keptName(member, name)
    const user = reading ? reading.user : commonUser
    return [
      entry(8, name),
      ...addressLines(name, firstAddress(member), reading),
      ...(kept === undefined
        ? []
        : [entry(10, 'node_name', yamlScalar(kept), 'the name that the node has in the cluster, and keeps')]),
      ...(user === undefined ? [] : [entry(10, 'ansible_user', yamlScalar(user), 'the login name that was typed')]),
    ]
  })
}

/** What was read from a member, if it was named on the command line. */
function readingOf({ id, addresses }: RunningMember, at: number, readings: NodeReading[]): NodeReading | undefined {
  return readings.find(reading => {
    const local = localNodeId(reading)
    if (id !== undefined && local !== undefined) return id === local
    return (
      localPosition(reading) === at ||
      [...addresses.values()].some(address => reading.addresses.some(own => own.address === address))
    )
  })
}

/**
 * How ssh reaches the node, and the node's address in Corosync. An address from the command line becomes `ansible_host`; a name does
 * not, since the inventory takes Corosync's address from `ansible_host`.
 */
function addressLines(name: string, link: string | undefined, reading: NodeReading | undefined): string[] {
  const typed = reading && familyOf(reading.host) !== undefined ? canonicalAddress(reading.host) : undefined
  if (link === undefined) {
    return [
      typed === undefined
        ? comment(10, 'ansible_host: Corosync shows no address of this node: set one')
        : entry(10, 'ansible_host', yamlScalar(typed), 'as typed; Corosync shows no address of this node'),
    ]
  }
  if (typed === undefined || typed === link) {
    const remark =
      familyOf(link) !== undefined
        ? "Corosync's address of the node"
        : "correct it: an inventory takes the address of Corosync's first link"
    const origin = reading && typed === undefined && reading.host !== name ? `; typed as ${reading.host}` : ''
    return [entry(10, 'ansible_host', yamlScalar(link), `${remark}${origin}`)]
  }
  const guess = familyOf(link) === 6 ? 64 : 24
  const prefix = reading?.addresses.find(({ address }) => address === link)?.prefix
  return [
    entry(10, 'ansible_host', yamlScalar(typed), 'as typed: how ssh reaches the node'),
    entry(
      10,
      'address',
      yamlScalar(`${link}/${prefix ?? guess}`),
      `Corosync's first link; ${prefix === undefined ? `/${guess} is a guess, correct it; ` : ''}ha-run sets it as static address`,
    ),
  ]
}
