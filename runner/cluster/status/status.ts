import type { StatusEvent, Topology } from './events.js'
import type { PollResult } from '../../engine/node-poller.js'
import { nodeIdsIn } from '../corosync/cmap.js'
import type { NodeState, ResourceState } from '../pacemaker/crm-mon.js'
import type { Cluster, Node } from '../declaration/declaration.js'
import { groupsOf, partitionsOf, seenIn, type NodePoll, type Seen } from './partitions.js'
import { problemsOf } from './problems.js'
import type { View } from './view.js'

/**
 * From what each node tells to one picture of the cluster. Whoever has quorum is believed first, and a node about itself
 * before others; where the cluster has come apart, each part is believed about what runs there.
 */
export function statusOf(cluster: Cluster, sights: PollResult<Node, View>[]): StatusEvent {
  const seen = seenIn(cluster, sights)
  const status: StatusEvent = {
    event: 'status', cluster: cluster.name, health: 'unknown', problems: [],
    nodes: [...sights.map(sight => declaredNode(sight, seen)), ...foreignNodes(cluster, seen)],
    links: linksOf(cluster.nodes, seen),
    dc: groupsOf(seen.filter(({ view }) => view.state), ({ view }) => view.state?.dc ?? null).map(({ value, names }) => ({ node: value, seen_by: names })),
    quorum: quorumOf(seen),
    resources: resourcesOf(seen),
    floating_ip: {
      address: cluster.floatingIp.address,
      holders: seen.flatMap(({ name, view }) => view.interfaces.map(each => ({ node: name, interface: each }))),
    },
    failures: seen.find(({ view }) => view.state)?.view.state?.failures.map(({ operation, node, status: how, reason, at }) =>
      ({ operation, node, status: how, reason, ...at !== undefined && { at } })) ?? [],
  }
  const problems = problemsOf(cluster, sights, status)
  return { ...status, problems, health: seen.length === 0 ? 'unknown' : worstOf(problems) }
}

/** The part of a status that a picture shows. */
export function topologyIn({ nodes, links, resources, floating_ip: { address, holders } }: StatusEvent): Topology {
  return {
    nodes: nodes.map(({ name, address: own, state, dc }) => ({ name, address: own, state, dc })),
    links,
    resources: resources.map(({ id, nodes: where }) => ({ id, nodes: where })),
    floatingIp: { address, nodes: [...new Set(holders.map(({ node }) => node))] },
  }
}

function worstOf(problems: StatusEvent['problems']): StatusEvent['health'] {
  if (problems.some(({ level }) => level === 'failed')) return 'failed'
  return problems.length > 0 ? 'warning' : 'ok'
}

function declaredNode({ node, absence, waiting }: NodePoll, seen: Seen[]): StatusEvent['nodes'][number] {
  const { name, links: [address = ''] } = node
  const own = seen.find(each => each.name === name)?.view
  const hasQuorum = ({ quorum }: View) => Number(quorum?.quorate ?? false)
  const views = [...own ? [own] : [], ...seen.filter(each => each.name !== name).map(({ view }) => view)].toSorted((one, other) => hasQuorum(other) - hasQuorum(one))
  const word = views.map(view => view.state?.nodes.find(each => each.name === name)).find(state => state !== undefined)
  const state = word ? nodeStateName(word) : own ? 'offline' : absence ? 'unreachable' : 'unknown'
  return {
    name, address, state,
    dc: views.find(({ state }) => state)?.state?.dc === name, seen: own !== undefined,
    remarks: [
      ...Object.entries(own?.silent ?? {}).map(([daemon, how]) => how === 'not installed' ? `no ${daemon}` : `${daemon} ${how}`),
      ...absence && state !== 'unreachable' ? ['unreachable'] : [],
      ...waiting === undefined ? [] : [`no answer for ${waiting} s`],
      ...!own && !absence && waiting === undefined ? ['not asked'] : [],
    ],
  }
}

/** Nodes that the cluster has and the inventory has not. */
function foreignNodes({ nodes }: Cluster, seen: Seen[]): StatusEvent['nodes'] {
  const states = new Map(seen.flatMap(({ view }) => view.state?.nodes ?? []).map(state => [state.name, state]))
  for (const { name } of nodes) states.delete(name)
  return [...states.values()].map(state => ({
    name: state.name, address: addressIn(state.name, seen), state: nodeStateName(state),
    dc: seen.some(({ view }) => view.state?.dc === state.name), seen: false, remarks: ['not in the inventory'],
  }))
}

function addressIn(name: string, seen: Seen[]): string {
  for (const { view: { cmap = new Map<string, { value: string }>() } } of seen) {
    const [place] = [...cmap].find(([key, { value }]) => /^nodelist\.node\.\d+\.name$/.test(key) && value === name) ?? []
    const address = cmap.get(place?.replace(/name$/, 'ring0_addr') ?? '')
    if (address) return address.value
  }
  return ''
}

function nodeStateName({ online, standby, maintenance, pending, unclean }: NodeState): string {
  if (unclean) return 'unclean'
  if (pending) return 'pending'
  if (!online) return 'offline'
  return standby ? 'standby' : maintenance ? 'maintenance' : 'online'
}

/** A link is connected when both its ends say so, as far as they can be asked: a cable may carry one way only. */
function linksOf(nodes: Node[], seen: Seen[]): StatusEvent['links'] {
  const ids = new Map(seen.flatMap(({ view: { cmap, state } }) =>
    [...(state?.nodes ?? []).map(({ name, id }) => [name, Number(id)] as const), ...cmap ? nodeIdsIn(cmap) : []]))
  const says = (from: Node, to: Node, number: number): boolean[] => {
    const link = seen.find(({ name }) => name === from.name)?.view.links?.find(each => each.link === number)
    const peer = link?.peers.find(({ nodeId }) => nodeId === ids.get(to.name))
    // Corosync 2.4 knows no peers, only whether the ring as a whole is faulty.
    return peer ? [peer.connected && !link!.faulty] : link?.faulty === undefined ? [] : [!link.faulty]
  }
  return Array.from({ length: Math.max(...nodes.map(({ links }) => links.length)) }, (_, number) => nodes.flatMap((one, at) =>
    nodes.slice(at + 1).map((other): StatusEvent['links'][number] => {
      const words = [...says(one, other, number), ...says(other, one, number)]
      return { number, between: [one.name, other.name], connected: words.length > 0 && words.every(Boolean) }
    }))).flat()
}

function quorumOf(seen: Seen[]): StatusEvent['quorum'] {
  return groupsOf(seen.filter(({ view }) => view.quorum), ({ view: { quorum } }) => {
    const { quorate, votes, ringId, flags } = quorum!
    return { quorate, ...votes && { votes: votes.total, expected: votes.expected }, ring: ringId, flags: flags.filter(flag => flag !== 'Quorate') }
  }).map(({ value, names }) => ({ ...value, seen_by: names }))
}

/** What runs where, by the word of one node in each partition: two of one partition may be asked some ms apart while it moves. */
function resourcesOf(seen: Seen[]): StatusEvent['resources'] {
  const views = partitionsOf(seen).flatMap(({ members }) => members.find(({ view }) => view.state)?.view.state ?? [])
  const instances = views.flatMap(({ resources }) => resources)
  return [...new Set(instances.map(({ id }) => id))].map(id => {
    const own = instances.filter(instance => instance.id === id)
    const active = own.filter(instance => instance.active)
    const [first] = [...active, ...own] as [ResourceState]
    return {
      id, agent: first.agent, parents: first.parents, state: first.role.toLowerCase(),
      nodes: [...new Set(active.flatMap(({ nodes }) => nodes))],
      remarks: [
        ...own.some(({ failed }) => failed) ? ['failed'] : [], ...own.some(({ blocked }) => blocked) ? ['blocked'] : [],
        ...own.some(({ managed }) => !managed) ? ['unmanaged'] : [], ...own.some(({ orphaned }) => orphaned) ? ['orphaned'] : [],
      ],
    }
  })
}
