import type { Problem, StatusEvent } from './events.js'
import type { Cluster } from '../declaration/declaration.js'
import { absences, silences, stateProblems, wrongClusters } from './node-problems.js'
import { groupsOf, partitionsOf, seenIn, type NodePoll, type Partition } from './partitions.js'
import { failed, namesOf } from './problem.js'
import { onPurpose, resourceProblems } from './resource-problems.js'

/** What is wrong with a cluster, then what an admin may have set on purpose. Each is said once, at its cause. */
export function problemsOf(cluster: Cluster, sights: NodePoll[], status: StatusEvent): Problem[] {
  const seen = seenIn(cluster, sights)
  const partitions = partitionsOf(seen)
  const problems = [
    ...addressProblems(cluster, sights, status),
    ...splitProblems(partitions),
    ...absences(sights, status),
    ...silences(seen),
    ...wrongClusters(cluster, seen),
    ...quorumProblems(partitions),
    ...livePartitions(partitions).flatMap(dcProblems),
    ...stateProblems(cluster, sights, status, partitions),
    ...linkProblems(status, partitions),
    ...resourceProblems(cluster, seen, status),
    ...seen.flatMap(({ name, view }) => view.unread.map(text => failed(`${name}: ${text}`))),
    ...onPurpose(cluster, seen, status),
  ]
  return ['failed', 'warning'].flatMap(level => problems.filter(problem => problem.level === level))
}

/** By the kernels' word, whatever the cluster thinks. */
function addressProblems({ resources: declared }: Cluster, sights: NodePoll[], { floating_ip: { address, holders }, resources }: StatusEvent): Problem[] {
  const nodes = [...new Set(holders.map(({ node }) => node))]
  const where = holders.map(({ node, interface: name }) => `${node} (${name})`).join(' and ')
  if (nodes.length > 1) {
    return [failed(`${address} IS ON ${nodes.length} NODES AT ONCE: ${where}`,
      'mend the network, or `systemctl stop corosync` on all nodes but one')]
  }
  if (holders.length > 1) return [failed(`${address} is on two interfaces at once: ${where}`, 'take the stray one off by `ip address del`')]
  const bearer = declared.find(resource => resource.kind === 'primitive' && resource.agent === 'ocf:heartbeat:IPaddr2' && resource.params['ip'] === address)
  const runs = resources.find(({ id }) => id === bearer?.id)?.nodes ?? []
  const runsSeen = sights.every(({ node, seen }) => seen !== undefined || !runs.includes(node.name))
  if (runs.length === 0 || !runsSeen || runs.includes(nodes[0] ?? '')) return []
  return [failed(`${address} is on ${where || 'no node'}, and the cluster takes it to be on ${runs.join(', ')}`,
    'its next monitor finds out; a stray one is taken off by `ip address del`')]
}

/** Loud where each part may run the resources; a part without quorum is a node that is joining, or cut off and harmless. */
function splitProblems(partitions: Partition[]): Problem[] {
  if (partitions.length < 2) return []
  const hint = 'once the network between them is whole, Corosync joins them again'
  const claims = partitions.filter(({ quorate }) => quorate)
  const loose = partitions.filter(({ quorate }) => !quorate).flatMap(({ members }) => members)
  if (claims.length > 1) return [failed(`THE CLUSTER IS SPLIT, AND EACH PART CLAIMS QUORUM: ${claims.map(({ members }) => namesOf(members)).join(' | ')}`, hint)]
  if (claims.length === 1) return [failed(`${namesOf(loose)} ${loose.length > 1 ? 'do' : 'does'} not see ${namesOf(claims[0]!.members)}, and without quorum runs nothing`, hint)]
  return [failed(`the cluster is split: ${partitions.map(({ members }) => namesOf(members)).join(' | ')} do not see each other`, hint)]
}

/** Those with quorum, where there are any: what is wrong elsewhere has its cause in that. */
function livePartitions(partitions: Partition[]): Partition[] {
  const live = partitions.filter(({ quorate }) => quorate)
  return live.length > 0 ? live : partitions
}

function quorumProblems(partitions: Partition[]): Problem[] {
  return livePartitions(partitions).filter(({ quorate, members: [first] }) => !quorate && first?.view.quorum).map(({ members }) => {
    const { votes, flags } = members[0]!.view.quorum!
    const waits = flags.includes('WaitForAll') ? '; at its first start a cluster waits for all its nodes (WaitForAll)' : ''
    return failed(`no quorum on ${namesOf(members)}: ${votes?.total ?? 0} of ${votes?.expected ?? '?'} votes: nothing runs there${waits}`)
  })
}

/** The nodes of one partition must agree. */
function dcProblems({ members }: Partition): Problem[] {
  const telling = members.filter(({ view }) => view.state)
  const dcs = groupsOf(telling, ({ view }) => view.state!.dc ?? null)
  if (dcs.length > 1) return [failed(`the nodes follow different DCs: ${dcs.map(({ value, names }) => `${value ?? 'none'} as seen by ${names.join(', ')}`).join('; ')}`)]
  return dcs[0]?.value === null ? [failed(`no DC on ${namesOf(telling)}: nothing is started or stopped`, 'one is elected within 20 s of the start; `journalctl -u pacemaker` says more')] : []
}

/** Between nodes that are there and in one ring: elsewhere the cause is told already. */
function linkProblems({ nodes, links }: StatusEvent, partitions: Partition[]): Problem[] {
  const partOf = (name: string) => partitions.findIndex(({ members }) => members.some(member => member.name === name))
  const isThere = (name: string) => nodes.some(node => node.name === name && !['offline', 'unclean', 'unreachable', 'unknown'].includes(node.state))
  const down = links.filter(({ connected, between: [one, other] }) => !connected && isThere(one) && isThere(other) && (partOf(one) === partOf(other) || partOf(one) < 0 || partOf(other) < 0))
  return down.map(({ number, between }) => failed(`link ${number} between ${between.join(' and ')} is disconnected`, 'look at cable, switch and firewall (UDP 5405 and up)'))
}
