import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { interfacesWith } from '../../runner/cluster/pacemaker/floating-ip.js'
import { reachable, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { moment, type FrameTimes } from '../../runner/facts/fact.js'
import { arpAnswers } from '../../runner/facts/arp-answers.js'
import { hardwareAddresses } from '../../runner/facts/hardware-addresses.js'
import { advisory, verdict, type Violation } from './verdict.js'

/** Asks the kernels, not the cluster: without fencing, two nodes may have the address although Pacemaker runs it once. */
export function floatingIpOnOneNode({ floatingIp: { address } }: Cluster) {
  return async ({ members }: Scope): Promise<Verdict> => {
    const hint = '`ha-run constraints` makes the cluster start it; remove a stray address with `ip address del`'
    const present = reachable(members)
    const [interfacesByNode, moments] = await Promise.all([
      Promise.all(present.map(async member => [member.name, await member.read(interfacesWith(address))] as const)),
      Promise.all(present.map(async member => member.read(moment))),
    ])
    const spread = spreadRemark(moments)
    const places = interfacesByNode.flatMap(([name, interfaces]) => interfaces.map(iface => `${iface} of ${name}`))
    if (places.length === 1)
      return advisory(
        spread.map(remark => `${address} on ${places[0]}, but ${remark}`),
        `${address} on ${places[0]}`,
        hint,
      )
    const where = places.length === 0 ? `${address} is on no node` : `${address} is on ${places.join(' and ')}`
    return verdict([[where, ...spread].join(', but ')], '', hint)
  }
}

/** Within which time the answers of several nodes count as those of one moment. */
const momentSeconds = 5

/** A remark if the nodes may have been asked at times that lie too far apart: meanwhile an address may move. */
export function spreadRemark(moments: FrameTimes[]): string[] {
  const seconds = (Math.max(...moments.map(({ to }) => to)) - Math.min(...moments.map(({ from }) => from))) / 1000
  return seconds > momentSeconds ? [`the nodes were asked up to ${seconds.toFixed(0)} s apart`] : []
}

/**
 * Asks the network by ARP which machines answer for the address. The nodes' kernels cannot detect another machine that has taken it,
 * and clients would reach either. Two nodes ask, so that at least one of them does not have the address itself; more nodes would get
 * the same answers, since an ARP request reaches all machines of the network.
 */
export function oneMachineAnswers({ floatingIp: { address } }: Cluster) {
  return async ({ members, leader }: Scope): Promise<Verdict> => {
    const present = reachable(members)
    const [owners, nodesWithAddress, replies] = await Promise.all([
      Promise.all(present.map(async member => [member.name, await member.read(hardwareAddresses)] as const)),
      Promise.all(
        present.map(async member => ((await member.read(interfacesWith(address))).length > 0 ? [member.name] : [])),
      ),
      Promise.all(
        [leader, ...present.filter(member => member !== leader)].slice(0, 2).map(async member => {
          const answers = await member.read(arpAnswers(address))
          return answers ? [{ node: member.name, macs: answers.macs }] : []
        }),
      ),
    ])
    const having = nodesWithAddress.flat()
    const answersByNode = replies
      .flat()
      .map(({ node, macs }) => ({ node, answers: [...new Set(macs.map(mac => ownerOf(mac, owners)))] }))
    const violations = [
      ...answersByNode.flatMap(({ node, answers }) =>
        answerViolations(
          node,
          answers,
          members.map(({ name }) => name),
        ),
      ),
      ...(answersByNode.length === 0 && having.length > 1 ? [`${having.join(' and ')} have it, so both answer`] : []),
    ]
    const answerers = [...new Set(answersByNode.flatMap(({ answers }) => answers))].join(', ')
    const evidence =
      answersByNode.length === 0
        ? `${having.join(' and ')} has it, and no other node could ask`
        : `only ${answerers} answers`
    // An address that is just moving, or a slow machine, answers at the next check.
    return {
      ...verdict(
        violations,
        evidence,
        `remove the address from that machine, or declare another floating_ip; \`ip neigh show ${address}\` on a node shows which machine has it`,
      ),
      fleeting: true,
    }
  }
}

/** The node that has a hardware address, or the address itself if no node has it. */
function ownerOf(mac: string, owners: (readonly [string, Map<string, string>])[]): string {
  return owners.find(([, macs]) => [...macs.values()].includes(mac))?.[0] ?? mac
}

/**
 * What is wrong with the answers that a node without the address gets: exactly one node of the cluster must answer.
 *
 * @param answers - names of the nodes that answered, and the hardware addresses of other machines.
 */
export function answerViolations(node: string, answers: string[], members: string[]): Violation[] {
  const foreign = answers
    .filter(name => !members.includes(name))
    .map(mac => `${mac}, which belongs to no node of the cluster, answers (asked from ${node})`)
  const own = answers.filter(name => members.includes(name))
  if (own.length > 1) return [...foreign, `${own.join(' and ')} answer (asked from ${node})`]
  return own.length === 0 && foreign.length === 0 ? [`no machine answers (asked from ${node})`] : foreign
}
