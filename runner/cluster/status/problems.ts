import { floatingIpsIn, type FloatingIpStatus, type Problem, type StatusEvent } from './events.js'
import type { Cluster } from '../declaration/declaration.js'
import { arbiterProblems } from './arbiter.js'
import { fencingProblems } from './fencing-problems.js'
import { stoppedDaemons, unansweredPolls, stateProblems, wrongClusters } from './node-problems.js'
import {
  answeringNodes,
  groupsOf,
  partitionsOf,
  type AnsweringNode,
  type NodePoll,
  type Partition,
} from './partitions.js'
import { failed, namesOf } from './problem.js'
import { adminOverrideProblems, resourceProblems } from './resource-problems.js'

/**
 * The problems of a cluster: faults first, then what an admin may have intended. Each is reported once, at its cause.
 */
export function problemsOf(cluster: Cluster, polls: NodePoll[], status: StatusEvent): Problem[] {
  const seen = answeringNodes(cluster, polls)
  const partitions = partitionsOf(seen)
  const problems = [
    ...floatingIpsIn(status).flatMap(floatingIp => addressProblems(cluster, polls, status, floatingIp)),
    ...splitProblems(partitions),
    ...unansweredPolls(polls, status),
    ...stoppedDaemons(seen),
    ...wrongClusters(cluster, seen),
    ...quorumProblems(partitions),
    ...arbiterProblems(cluster, seen),
    ...activePartitions(partitions).flatMap(dcProblems),
    ...stateProblems(cluster, polls, status, partitions),
    ...fencingProblems(status),
    ...linkProblems(status, partitions, seen),
    ...resourceProblems(cluster, seen, status),
    ...seen.flatMap(({ name, view }) => view.unread.map(text => failed(`${name}: ${text}`))),
    ...adminOverrideProblems(cluster, seen, status),
  ]
  return ['failed', 'warning'].flatMap(level => problems.filter(problem => problem.level === level))
}

/** Problems of a floating IP by the nodes' kernels, whatever the cluster reports. */
function addressProblems(
  { resources: declared }: Cluster,
  polls: NodePoll[],
  { resources }: StatusEvent,
  { address, holders }: FloatingIpStatus,
): Problem[] {
  const nodes = [...new Set(holders.map(({ node }) => node))]
  const where = holders.map(({ node, interface: name }) => `${node} (${name})`).join(' and ')
  if (nodes.length > 1) {
    return [
      failed(
        `${address} IS ON ${nodes.length} NODES AT ONCE: ${where}`,
        'repair the network, or run `systemctl stop corosync` on all nodes but one',
      ),
    ]
  }
  if (holders.length > 1)
    return [failed(`${address} is on two interfaces at once: ${where}`, 'remove the wrong one with `ip address del`')]
  const floatIp = declared.find(
    resource =>
      resource.kind === 'primitive' && resource.agent === 'ocf:heartbeat:IPaddr2' && resource.params['ip'] === address,
  )
  const runs = resources.find(({ id }) => id === floatIp?.id)?.nodes ?? []
  const answersOfAll = polls.every(({ node, seen }) => seen !== undefined || !runs.includes(node.name))
  if (runs.length === 0 || !answersOfAll || runs.includes(nodes[0] ?? '')) return []
  return [
    failed(
      `${address} is on ${where || 'no node'}, but the cluster reports it on ${runs.join(', ')}`,
      'the next monitor will notice; remove a wrong address with `ip address del`',
    ),
  ]
}

/**
 * In capitals if several partitions may run the resources. A partition without quorum is joining, or cut off and
 * harmless.
 */
function splitProblems(partitions: Partition[]): Problem[] {
  if (partitions.length < 2) return []
  const hint = 'Corosync joins them again once the network between them works'
  const quorate = partitions.filter(part => part.quorate)
  const inquorate = partitions.filter(part => !part.quorate).flatMap(({ members }) => members)
  if (quorate.length > 1)
    return [
      failed(
        `THE CLUSTER IS SPLIT, AND EACH PART CLAIMS QUORUM: ${quorate.map(({ members }) => namesOf(members)).join(' | ')}`,
        hint,
      ),
    ]
  if (quorate.length === 1)
    return [
      failed(
        `${namesOf(inquorate)} ${inquorate.length > 1 ? 'do' : 'does'} not see ${namesOf(quorate[0]!.members)}; without quorum nothing runs there`,
        hint,
      ),
    ]
  return [
    failed(
      `the cluster is split: ${partitions.map(({ members }) => namesOf(members)).join(' | ')} do not see each other`,
      hint,
    ),
  ]
}

/** The partitions with quorum, or all if none has it: faults elsewhere follow from the lack of quorum. */
function activePartitions(partitions: Partition[]): Partition[] {
  const active = partitions.filter(({ quorate }) => quorate)
  return active.length > 0 ? active : partitions
}

function quorumProblems(partitions: Partition[]): Problem[] {
  return activePartitions(partitions)
    .filter(({ quorate, members: [first] }) => !quorate && first?.view.quorum)
    .map(({ members }) => {
      const { votes, flags } = members[0]!.view.quorum!
      const waits = flags.includes('WaitForAll')
        ? '; a cluster waits for all its nodes at its first start (WaitForAll)'
        : ''
      return failed(
        `no quorum on ${namesOf(members)}: ${votes?.total ?? 0} of ${votes?.expected ?? '?'} votes, so nothing runs there${waits}`,
      )
    })
}

/** The nodes of one partition must agree on the DC. */
function dcProblems({ members }: Partition): Problem[] {
  const answering = members.filter(({ view }) => view.state)
  const dcs = groupsOf(answering, ({ view }) => view.state!.dc ?? null)
  if (dcs.length > 1)
    return [
      failed(
        `the nodes follow different DCs: ${dcs.map(({ value, names }) => `${value ?? 'none'} as seen by ${names.join(', ')}`).join('; ')}`,
      ),
    ]
  return dcs[0]?.value === null
    ? [
        failed(
          `no DC on ${namesOf(answering)}: nothing is started or stopped`,
          'a DC is elected within 20 s of the start; see `journalctl -u pacemaker`',
        ),
      ]
    : []
}

/** The broken links between present nodes of one ring: for all others the cause is reported already. */
function linkProblems({ nodes, links }: StatusEvent, partitions: Partition[], seen: AnsweringNode[]): Problem[] {
  const partOf = (name: string) => partitions.findIndex(({ members }) => members.some(member => member.name === name))
  const hasFaultyCorosync = (name: string) =>
    seen.some(node => node.name === name && node.view.faults?.some(({ daemon }) => daemon === 'corosync'))
  const isPresent = (name: string) =>
    !hasFaultyCorosync(name) &&
    nodes.some(node => node.name === name && !['offline', 'unclean', 'unreachable', 'unknown'].includes(node.state))
  const down = links.filter(
    ({ connected, between: [one, other] }) =>
      !connected &&
      isPresent(one) &&
      isPresent(other) &&
      (partOf(one) === partOf(other) || partOf(one) < 0 || partOf(other) < 0),
  )
  return down.map(({ number, between }) =>
    failed(
      `link ${number} between ${between.join(' and ')} is disconnected`,
      'check cable, switch and firewall (UDP 5405 and up)',
    ),
  )
}
