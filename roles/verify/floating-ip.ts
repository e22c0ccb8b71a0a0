import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { interfacesWith } from '../../runner/cluster/pacemaker/floating-ip.js'
import { reachable, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { moment, type FrameTimes } from '../../runner/facts/fact.js'
import { neighbourAnswers } from '../../runner/facts/neighbour-answers.js'
import { hardwareAddresses } from '../../runner/facts/hardware-addresses.js'
import { advisory, verdict, type Violation } from './verdict.js'

/** Asks the kernels, not the cluster: without fencing, two nodes may have an address although Pacemaker runs it once. */
export function floatingIpOnOneNode({ floatingIps, pageless }: Cluster) {
  return async ({ members }: Scope): Promise<Verdict> => {
    const hint = '`ha-run constraints` makes the cluster start it; remove a stray address with `ip address del`'
    const present = reachable(members)
    const [placesOfEach, moments] = await Promise.all([
      Promise.all(floatingIps.map(async ({ address }) => ({ address, places: await placesOf(address, present) }))),
      Promise.all(present.map(async member => member.read(moment))),
    ])
    const spread = spreadRemark(moments)
    const wrong = placesOfEach.filter(({ places }) => places.length !== 1)
    const headlines =
      floatingIps.length === 1 && !pageless
        ? []
        : [{ label: 'floating IPs', text: placesOfEach.map(each => `${each.address} ${nodesOf(each)}`).join(', ') }]
    if (wrong.length === 0) {
      const evidence = placesOfEach.map(({ address, places: [place] }) => `${address} on ${place!.label}`).join(', ')
      return {
        ...advisory(
          spread.map(remark => `${evidence}, but ${remark}`),
          evidence,
          hint,
        ),
        headlines,
      }
    }
    const violations = wrong.map(({ address, places }) =>
      places.length === 0
        ? `${address} is on no node`
        : `${address} is on ${places.map(({ label }) => label).join(' and ')}`,
    )
    return verdict([[violations.join('; '), ...spread].join(', but ')], '', hint, headlines)
  }
}

interface Place {
  node: string
  /** `eth0 of node1` */
  label: string
}

async function placesOf(address: string, members: ClusterMember[]): Promise<Place[]> {
  const places = await Promise.all(
    members.map(async member =>
      (await member.read(interfacesWith(address))).map(name => ({
        node: member.name,
        label: `${name} of ${member.name}`,
      })),
    ),
  )
  return places.flat()
}

function nodesOf({ places }: { places: Place[] }): string {
  const nodes = [...new Set(places.map(({ node }) => node))]
  return nodes.length === 0 ? 'on no node' : `on ${nodes.join(' and ')}`
}

/** Within which time the answers of several nodes count as those of one moment. */
const momentSeconds = 5

/** A remark if the nodes may have been asked at times that lie too far apart: meanwhile an address may move. */
export function spreadRemark(moments: FrameTimes[]): string[] {
  const seconds = (Math.max(...moments.map(({ to }) => to)) - Math.min(...moments.map(({ from }) => from))) / 1000
  return seconds > momentSeconds ? [`the nodes were asked up to ${seconds.toFixed(0)} s apart`] : []
}

/**
 * Asks the network which machines answer for the addresses. The nodes' kernels cannot detect another machine that has taken one,
 * and clients would reach either. Two nodes ask, so that at least one of them does not have the address itself; more nodes would get
 * the same answers, since a request reaches all machines of the network.
 */
export function oneMachineAnswers({ floatingIps }: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    const all = await Promise.all(floatingIps.map(async ({ address }) => answersFor(address, scope)))
    const isSingle = all.length === 1
    const violations = all.flatMap(each =>
      each.violations.map(violation => (isSingle ? violation : `${each.address}: ${violation}`)),
    )
    const evidence = all.map(each => (isSingle ? each.evidence : `${each.address}: ${each.evidence}`)).join('; ')
    const example = all.find(each => each.violations.length > 0)?.address ?? floatingIps[0].address
    // An address that is just moving, or a slow machine, answers at the next check.
    return {
      ...verdict(
        violations,
        evidence,
        `remove the address from that machine, or declare another floating_ip; \`ip neigh show ${example}\` on a node shows which machine has it`,
      ),
      fleeting: true,
    }
  }
}

/** Which machines answer for an address, and what is wrong with it. */
async function answersFor(
  address: string,
  { members, leader }: Scope,
): Promise<{ address: string; violations: Violation[]; evidence: string }> {
  const present = reachable(members)
  const [owners, places, replies] = await Promise.all([
    Promise.all(present.map(async member => [member.name, await member.read(hardwareAddresses)] as const)),
    placesOf(address, present),
    Promise.all(
      [leader, ...present.filter(member => member !== leader)].slice(0, 2).map(async member => {
        const answers = await member.read(neighbourAnswers(address))
        return answers ? [{ node: member.name, macs: answers.macs }] : []
      }),
    ),
  ])
  const having = [...new Set(places.map(({ node }) => node))]
  const answersByNode = replies
    .flat()
    .map(({ node, macs }) => ({ node, answers: [...new Set(macs.map(mac => ownerOf(mac, owners)))] }))
  const names = members.map(({ name }) => name)
  const violations = [
    ...answersByNode.flatMap(({ node, answers }) => answerViolations(node, answers, names)),
    ...(answersByNode.length === 0 && having.length > 1 ? [`${having.join(' and ')} have it, so both answer`] : []),
  ]
  const answerers = [...new Set(answersByNode.flatMap(({ answers }) => answers))].join(', ')
  const evidence =
    answersByNode.length === 0
      ? `${having.join(' and ')} has it, and no other node could ask`
      : `only ${answerers} answers`
  return { address, violations, evidence }
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
