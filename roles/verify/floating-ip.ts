import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { interfacesWith } from '../../runner/cluster/pacemaker/floating-ip.js'
import { reachable, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/task.js'
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

/**
 * The network's own view: who answers when somebody asks for the address. The kernels of the nodes know nothing of a
 * foreign machine that took it, and visitors would reach one or the other. Two nodes ask, of which one at least has not the
 * address itself; more would hear the same, since such a question reaches all machines of the network.
 */
export function oneAnswersForFloatingIp({ floatingIp: { address } }: Cluster) {
  return async ({ members, leader }: Scope): Promise<Verdict> => {
    const present = reachable(members)
    const [owners, bearers, heard] = await Promise.all([
      Promise.all(present.map(async member => [member.name, await member.read(hardwareAddresses)] as const)),
      Promise.all(present.map(async member => (await member.read(interfacesWith(address))).length > 0 ? [member.name] : [])),
      Promise.all([leader, ...present.filter(member => member !== leader)].slice(0, 2).map(async member => {
        const answers = await member.read(arpAnswers(address))
        return answers ? [{ node: member.name, macs: answers.macs }] : []
      })),
    ])
    const holders = bearers.flat()
    const named = heard.flat().map(({ node, macs }) => ({ node, answers: [...new Set(macs.map(mac => ownerOf(mac, owners)))] }))
    const complaints = [
      ...named.flatMap(({ node, answers }) => answerComplaints(node, answers, members.map(({ name }) => name))),
      ...(named.length === 0 && holders.length > 1 ? [`${holders.join(' and ')} answer, since they have it`] : []),
    ]
    const answerers = [...new Set(named.flatMap(({ answers }) => answers))].join(', ')
    const evidence = named.length === 0 ? `${holders.join(' and ')} has it, and no other node could ask` : `${answerers} alone answers`
    // What answers late, or is just moving, answers at the next look.
    return { ...verdict(complaints, evidence, `take the address off that machine, or declare another floating_ip; \`ip neigh show ${address}\` on a node of the network says who has it`), fleeting: true }
  }
}

/** The node that a hardware address belongs to, or the address itself. */
function ownerOf(mac: string, owners: (readonly [string, Map<string, string>])[]): string {
  return owners.find(([, macs]) => [...macs.values()].includes(mac))?.[0] ?? mac
}

/**
 * A node that has not the address hears from one, and that is a node of the cluster.
 *
 * @param answers - names of the nodes that answered, and the hardware addresses of other machines.
 */
export function answerComplaints(node: string, answers: string[], members: string[]): Complaint[] {
  const foreign = answers.filter(name => !members.includes(name)).map(mac => `${mac} answers too, as ${node} hears, and is of no node of the cluster`)
  const own = answers.filter(name => members.includes(name))
  if (own.length > 1) return [...foreign, `${own.join(' and ')} answer, as ${node} hears`]
  return own.length === 0 && foreign.length === 0 ? [`nobody answers, as ${node} hears`] : foreign
}
