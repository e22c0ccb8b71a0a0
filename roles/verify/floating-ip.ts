import type { Cluster } from '../../runner/cluster/declaration.js'
import { interfacesWith } from '../../runner/cluster/floating-ip.js'
import { reachable, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/engine/task.js'
import { arpAnswers } from '../../runner/facts/arp-answers.js'
import { hardwareAddresses } from '../../runner/facts/hardware-addresses.js'
import { verdict, type Complaint } from './views.js'

/** Looks at the kernels, not at the cluster's opinion: a duplicate address is what fencing is there to prevent. */
export function floatingIpOnOneNode({ floatingIp: { address } }: Cluster) {
  return async ({ members }: Scope): Promise<Verdict> => {
    const remedy = '`ha-run constraints` has the cluster start it; take a stray one off by `ip address del`'
    const seen = await Promise.all(reachable(members).map(async member => [member.name, await member.read(interfacesWith(address))] as const))
    const holders = seen.flatMap(([name, interfaces]) => interfaces.map(iface => `${iface} of ${name}`))
    if (holders.length === 1) return verdict([], `${address} on ${holders[0]}`, remedy)
    return verdict([holders.length === 0 ? `${address} is on no node` : `${address} is on ${holders.join(' and ')}`], '', remedy)
  }
}

/** What one node heard when it asked for the address. */
export interface Heard {
  /** The node that asked. */
  node: string
  holds: boolean
  /** Names of the nodes that answered, and the hardware addresses of other machines. */
  answers: string[]
}

/**
 * The network's own view: who answers when somebody asks for the address. The kernels of the nodes know nothing of a
 * foreign machine that took it, and visitors would reach one or the other. The leader has more to do than the others, and
 * asks only where nobody else can.
 */
export function oneAnswersForFloatingIp({ floatingIp: { address } }: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    const others = reachable(scope.selected).filter(member => member !== scope.leader)
    const [owners, heard] = await Promise.all([
      Promise.all(reachable(scope.members).map(async member => [member.name, await member.read(hardwareAddresses)] as const)),
      Promise.all((others.length > 0 ? others : [scope.leader]).map(async member => ask(member, address))),
    ])
    const named = heard.map(({ node, holds, answers }) => ({ node, holds, answers: [...new Set(answers.map(mac => ownerOf(mac, owners)))] }))
    const complaints = named.flatMap(view => answerComplaints(view, scope.members.map(({ name }) => name)))
    const answerers = [...new Set(named.flatMap(({ answers }) => answers))].join(', ')
    const evidence = answerers === '' ? `nobody but ${named.map(({ node }) => node).join(', ')}, which has it` : `${answerers} alone answers`
    // What answers late, or is just moving, answers at the next look.
    return { ...verdict(complaints, evidence, `take the address off that machine, or declare another floating_ip; \`ip neigh show ${address}\` on a node of the network says who has it`), fleeting: true }
  }
}

async function ask(member: ClusterMember, address: string): Promise<Heard> {
  const [interfaces, { macs }] = await Promise.all([member.read(interfacesWith(address)), member.read(arpAnswers(address))])
  return { node: member.name, holds: interfaces.length > 0, answers: macs }
}

/** The node that a hardware address belongs to, or the address itself. */
function ownerOf(mac: string, owners: (readonly [string, Map<string, string>])[]): string {
  return owners.find(([, macs]) => [...macs.values()].includes(mac))?.[0] ?? mac
}

/** A node that has the address hears from nobody; any other hears from one, and that is a node of the cluster. */
export function answerComplaints({ node, holds, answers }: Heard, members: string[]): Complaint[] {
  const foreign = answers.filter(name => !members.includes(name)).map(mac => `${mac} answers too, as ${node} hears, and is of no node of the cluster`)
  const own = answers.filter(name => members.includes(name))
  if (holds) return [...foreign, ...own.map(name => `${name} answers too, as ${node} hears, which has it`)]
  if (own.length > 1) return [...foreign, `${own.join(' and ')} answer, as ${node} hears`]
  return own.length === 0 && foreign.length === 0 ? [`nobody answers, as ${node} hears`] : foreign
}
