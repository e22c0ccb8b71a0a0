import type { Difference } from '../../runner/tasks/difference.js'
import { undoTime } from './armed.js'
import type { Live } from './live.js'
import { cidr, type Addressing, type Manager, type Network } from './manager.js'

export interface NetworkPlan {
  /** What the manager's file does not say as declared, and the address where the kernel has another. */
  differences: Difference[]
  /** The address that ha-run talks to becomes another one: an armed change. */
  move?: Move
  /** Why nothing may be done about it, as a sentence for people. */
  refused?: string
  /** What the file says already, or will, and the kernel does not have yet: sentences, for warnings. */
  pending: string[]
}

export interface Move {
  from: { address: string; prefix: number }
  to: { address: string; prefix: number }
}

/** What the decision is made from. */
export interface NetworkFacts {
  declared: Network
  /** Of the interface that we talk over, which may be another than the declared one. */
  live: Live
  /** What `manager.read` found in the file at `path`. */
  file: Addressing
  manager: Pick<Manager, 'reapply'>
  path: string
  /** Whether a cluster's Corosync runs on this node. */
  isMember: boolean
  /** Whether the service may be stopped. */
  outage: boolean
  /** Other members that cannot take part in this run. */
  apart: readonly string[]
}

/**
 * What to do about a node's declared addressing. Where the address that we are talking to stays, only the file is
 * written and nothing is re-applied, so that a floating IP on the interface is not touched.
 */
export function networkDifferences(facts: NetworkFacts): NetworkPlan {
  const move = moveOf(facts)
  const refused = refusal(facts, move)
  return {
    differences: [...fileDifferences(facts), ...move ? [moveDifference(move, facts)] : []],
    ...move && { move },
    ...refused !== undefined && { refused },
    pending: pendingChanges(facts),
  }
}

function moveOf({ declared, live }: NetworkFacts): Move | undefined {
  const { address, prefix } = live
  if (address === undefined || prefix === undefined || address === declared.address) return undefined
  if ((declared.interface ?? live.interface) !== live.interface) return undefined
  return { from: { address, prefix }, to: { address: declared.address, prefix: declared.prefix } }
}

function moveDifference({ from, to }: Move, { live, isMember }: NetworkFacts): Difference {
  const stop = isMember ? 'pacemaker and corosync are stopped there first; ' : ''
  return {
    subject: `address of ${live.interface}`, from: cidr(from), to: cidr(to),
    note: `${stop}armed: the node undoes it after ${undoTime} s unless it is confirmed over a fresh connection to ${to.address}`,
  }
}

function fileDifferences({ declared, live, file, path }: NetworkFacts): Difference[] {
  const iface = declared.interface ?? live.interface
  const prefix = file.prefix === undefined ? '' : `/${file.prefix}`
  const fields: [name: string, from: string | undefined, to: string | undefined][] = [
    ['address', file.address === undefined ? undefined : file.address + prefix, cidr(declared)],
    ['gateway', file.gateway, declared.gateway],
    ['DNS servers', file.dns?.join(' '), declared.dns.length === 0 ? undefined : declared.dns.join(' ')],
  ]
  return fields
    .filter(([, from, to]) => to !== undefined && from !== to)
    .map(([name, from, to]) => ({ subject: `${name} of ${iface} in ${path}`, from, to }))
}

function refusal({ declared, live, file, manager, path, isMember, outage, apart }: NetworkFacts, move: Move | undefined): string | undefined {
  const wanted = cidr(declared)
  const iface = declared.interface ?? live.interface
  if (iface !== live.interface) {
    const reached = live.address === undefined ? live.interface : `${live.interface} (${live.address})`
    return (
      `The node is reached over ${reached}, but ${wanted} is declared for ${iface}. ` +
      `Give ${iface} that address by hand, or correct \`interface\` in the inventory.`
    )
  }
  if (!move) return undefined
  const change = `${iface} has ${cidr(move.from)} and ${wanted} is declared`
  if (file.address === declared.address) {
    return (
      `${change}, which ${path} says already: there would be nothing to go back to if it did not answer. Reboot the ` +
      `node, or put ${cidr(move.from)} back into ${path} and run again. By hand, on the node's console: \`${manager.reapply(iface)}\`.`
    )
  }
  if (isMember && outage && apart.length > 0) {
    return (
      `${change}, under a Corosync that runs with it: all nodes' corosync.conf must get the new address then, and ` +
      `${apart.join(', ')} cannot take part (unreachable, failed or not selected). Nothing was changed.`
    )
  }
  if (!isMember || outage) return undefined
  return (
    `${change}: that would move the address that ha-run is talking to, under a Corosync that runs with it. Run again ` +
    `with --allow-outage: pacemaker and corosync are stopped on this node first, and stay so until all nodes' ` +
    `corosync.conf has the new address. If ${move.from.address} is right, declare that one.`
  )
}

function pendingChanges({ declared, live, manager }: NetworkFacts): string[] {
  const iface = live.interface
  if ((declared.interface ?? iface) !== iface || (live.address ?? declared.address) !== declared.address) return []
  const command = manager.reapply(iface)
  const how = `it takes effect at the next boot, or with \`${command}\` (which may drop a floating IP on it)`
  const pending: string[] = []
  if (live.address === undefined) {
    pending.push(`${iface} has no IPv4 address yet, ${cidr(declared)} is declared: ${how}`)
  } else if (live.prefix !== declared.prefix) {
    pending.push(`${iface} runs with prefix /${live.prefix}, /${declared.prefix} is declared: ${how}`)
  }
  if (declared.gateway !== undefined && live.gateway !== declared.gateway) {
    pending.push(`${iface} runs with ${live.gateway ?? 'no'} gateway, ${declared.gateway} is declared: ${how}`)
  }
  return pending
}
