import { familyOf } from '../../runner/ip-address.js'
import type { Difference } from '../../runner/tasks/index.js'
import { undoSeconds } from './armed-change.js'
import type { Live } from './live.js'
import { cidr, type Addressing, type Network } from './managers/manager.js'

export interface AddressingPlan {
  /** How the manager's file differs from the declaration, and the address if the kernel has another. */
  differences: Difference[]
  /** Present if the address over which ha-run is connected changes: that is an armed change. */
  change?: AddressChange
  /** Why nothing may be changed, as sentences. */
  refused?: string
  /** What is in the file, or will be, but not yet in effect: sentences, for warnings. */
  pending: string[]
}

export interface AddressChange {
  /** The address over which the node is reached if the change is undone. */
  from: { address: string; prefix: number }
  /** Whether that one stays: it is of the other family, or from a router. */
  stays?: true
  to: { address: string; prefix: number }
}

/** What the plan depends on. */
export interface AddressingState {
  declared: Network
  /** Of the interface over which ha-run is connected, which may not be the declared one. */
  live: Live
  /** What `manager.read` found in the file at `path`. */
  file: Addressing
  /** What the file has beside the address and names a former one; ha-run does not edit it. */
  staleLines?: readonly string[]
  /** The command with which an admin applies the file. */
  reapplyCommand: string
  path: string
  /** The file from which `path`, a new one for this interface alone, is split off. */
  splitFrom?: string | undefined
  /** Whether a cluster's Corosync runs on this node. */
  isMember: boolean
  /** Whether the service may be stopped (`--allow-outage`). */
  outage: boolean
  /** Other members that cannot take part in this run. */
  apart: readonly string[]
}

/**
 * Plans a node's declared addressing. If the address over which ha-run is connected stays, only the file is written and nothing is
 * re-applied, so that a floating IP on the interface is not touched.
 */
export function planAddressing(state: AddressingState): AddressingPlan {
  const change = addressChange(state)
  const refused = refusal(state, change)
  const inFile = fileDifferences(state)
  return {
    differences: [
      ...(inFile.length === 0 ? [] : splitDifferences(state)),
      ...inFile,
      ...(change ? [addressDifference(change, state)] : []),
    ],
    ...(change && { change }),
    ...(refused !== undefined && { refused }),
    pending: change?.stays ? [] : pendingChanges(state),
  }
}

function addressChange({ declared, live, file, isMember }: AddressingState): AddressChange | undefined {
  const { address, prefix, beside } = live
  if (address === declared.address || (declared.interface ?? live.interface) !== live.interface) return undefined
  const to = { address: declared.address, prefix: declared.prefix }
  if (address !== undefined && prefix !== undefined) return { from: { address, prefix }, to }
  // A file that has the address already only needs to be applied, and a node of a cluster gets it at its next boot.
  if (!beside || isMember || file.address === declared.address) return undefined
  return { from: beside, stays: true, to }
}

function addressDifference({ from, to, stays }: AddressChange, { live, isMember }: AddressingState): Difference {
  const stop = isMember ? 'pacemaker and corosync are stopped there first; ' : ''
  return {
    subject: `address of ${live.interface}`,
    from: stays ? undefined : cidr(from),
    to: cidr(to),
    note: `${stays ? `beside ${cidr(from)}; ` : stop}armed: the node undoes it after ${undoSeconds} s unless it is confirmed over a new connection to ${to.address}`,
  }
}

/** A file that other interfaces may use is not edited. */
function splitDifferences({ path, splitFrom, live }: AddressingState): Difference[] {
  if (splitFrom === undefined) return []
  const note = `${splitFrom} may be for other interfaces too, and stays as it is`
  return [{ subject: path, from: undefined, to: `split off from ${splitFrom} for ${live.interface} alone`, note }]
}

function fileDifferences({ declared, live, file, path, staleLines = [] }: AddressingState): Difference[] {
  const iface = declared.interface ?? live.interface
  const prefix = file.prefix === undefined ? '' : `/${file.prefix}`
  const fields: [name: string, from: string | undefined, to: string | undefined][] = [
    ['address', file.address === undefined ? undefined : file.address + prefix, cidr(declared)],
    ['gateway', file.gateway, declared.gateway],
    ['DNS servers', file.dns?.join(' '), declared.dns.length === 0 ? undefined : declared.dns.join(' ')],
  ]
  const faults = (file.faults ?? []).map(({ setting, from, to }) => ({ subject: `${setting} in ${path}`, from, to }))
  const differing = fields
    .filter(([, from, to]) => to !== undefined && from !== to)
    .map(([name, from, to]) => ({
      subject: `${name} of ${iface} in ${path}`,
      from,
      to,
      ...(name === 'address' && staleLines.length > 0 && { note: `stays, check it: ${staleLines.join('; ')}` }),
    }))
  return [...differing, ...faults]
}

function refusal(
  { declared, live, file, reapplyCommand, path, splitFrom, isMember, outage, apart }: AddressingState,
  change: AddressChange | undefined,
): string | undefined {
  const wanted = cidr(declared)
  const iface = declared.interface ?? live.interface
  if (iface !== live.interface) {
    const connection = live.address === undefined ? live.interface : `${live.interface} (${live.address})`
    return (
      `ha-run is connected over ${connection}, but ${wanted} is declared for ${iface}. ` +
      `Give ${iface} that address by hand, or correct \`interface\` in the inventory.`
    )
  }
  if (!change) return undefined
  const mismatch = `${iface} has ${cidr(change.from)} and ${wanted} is declared`
  if (file.address === declared.address) {
    return (
      `${mismatch}, which is already in ${splitFrom ?? path}: if the new address did not answer, the former one could not be restored. Reboot ` +
      `the node, or put ${cidr(change.from)} back into ${path} and run again. By hand, on the node's console: \`${reapplyCommand}\`.`
    )
  }
  if (isMember && outage && apart.length > 0) {
    return (
      `${mismatch}, and Corosync uses the address: then corosync.conf must change on all nodes, and ` +
      `${apart.join(', ')} cannot take part (unreachable, failed or not selected). Nothing was changed.`
    )
  }
  if (!isMember || outage) return undefined
  return (
    `${mismatch}: that would change the address over which ha-run is connected, while Corosync uses it. Run again ` +
    `with --allow-outage: pacemaker and corosync are stopped on this node first, and start again once corosync.conf has ` +
    `the new address on all nodes. If ${change.from.address} is right, declare that one.`
  )
}

function pendingChanges({ declared, live, reapplyCommand }: AddressingState): string[] {
  const iface = live.interface
  if ((declared.interface ?? iface) !== iface || (live.address ?? declared.address) !== declared.address) return []
  const effect = `it takes effect at the next boot, or with \`${reapplyCommand}\` (which may remove a floating IP)`
  const pending: string[] = []
  if (live.address === undefined) {
    pending.push(
      `${iface} has no IPv${familyOf(declared.address)} address yet, ${cidr(declared)} is declared: ${effect}`,
    )
  } else if (live.prefix !== declared.prefix) {
    pending.push(`${iface} has prefix /${live.prefix}, /${declared.prefix} is declared: ${effect}`)
  }
  if (declared.gateway !== undefined && live.gateway !== declared.gateway) {
    pending.push(
      `${iface} has ${live.gateway === undefined ? 'no gateway' : `gateway ${live.gateway}`}, ${declared.gateway} is declared: ${effect}`,
    )
  }
  return pending
}
