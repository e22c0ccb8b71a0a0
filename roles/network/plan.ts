import type { Difference } from '../../runner/engine/events.js'
import type { Live } from './live.js'
import { cidr, type Addressing, type Manager, type Network } from './manager.js'

export interface NetworkPlan {
  /** What the manager's file does not say as declared. */
  differences: Difference[]
  /** Why nothing may be done about it, as a sentence for people. */
  refused?: string
  /** What the file says already, or will, and the kernel does not have yet: sentences, for warnings. */
  pending: string[]
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
}

/**
 * What to do about a node's declared addressing. Only the file is written; nothing is re-applied, so that neither
 * our own connection nor a floating IP on the interface is touched. A change that would move the address that we are
 * talking to is refused, until there is an armed way (design 9.5) to do it.
 */
export function networkDifferences(facts: NetworkFacts): NetworkPlan {
  const plan: NetworkPlan = { differences: fileDifferences(facts), pending: pendingChanges(facts) }
  const refused = refusal(facts)
  return refused === undefined ? plan : { ...plan, refused }
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

function refusal({ declared, live, manager, path }: NetworkFacts): string | undefined {
  const wanted = cidr(declared)
  const iface = declared.interface ?? live.interface
  if (iface !== live.interface) {
    const reached = live.address === undefined ? live.interface : `${live.interface} (${live.address})`
    return (
      `The node is reached over ${reached}, but ${wanted} is declared for ${iface}. ` +
      `Give ${iface} that address by hand, or correct \`interface\` in the inventory.`
    )
  }
  if (live.address === undefined || live.address === declared.address) return undefined
  return (
    `${iface} has ${live.address}/${live.prefix} and ${wanted} is declared: changing it would move the address that ` +
    `ha-run is talking to. By hand, on the node's console: put ${wanted} into ${path}, then ` +
    `\`${manager.reapply(iface)}\` or reboot, and correct \`ansible_host\` if it names the old address. If ` +
    `${live.address} is right, declare that one.`
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
