import { canonicalAddress, familyOf } from '../../ip-address.js'
import { grouped } from '../../ui/text.js'
import type { FencingStatus, FloatingIpStatus, PlacedAddress, StatusEvent, Topology } from './events.js'
import type { PollResult } from '../../engine/node-poller.js'
import { serviceOf } from '../daemons.js'
import { nodeIdsIn } from '../corosync/cmap.js'
import { promotedNodes, type NodeState, type ResourceState } from '../pacemaker/crm-mon.js'
import type { Cluster, Node } from '../declaration/declaration.js'
import { deviceOf } from './arbiter.js'
import { groupsOf, partitionsOf, answeringNodes, type NodePoll, type AnsweringNode } from './partitions.js'
import { problemsOf } from './problems.js'
import type { NodeView } from './view.js'

/**
 * Combines the views of all nodes into one status. Views from a partition with quorum take precedence, and then a
 * node's view of itself. In a split cluster, each partition's view of its own resources counts.
 */
export function statusOf(cluster: Cluster, polls: PollResult<Node, NodeView>[]): StatusEvent {
  const seen = answeringNodes(cluster, polls)
  const resources = resourcesOf(seen)
  const [floatingIp, ...further] = cluster.floatingIps
  const fencing = fencingOf(resources, seen)
  const status: StatusEvent = {
    event: 'status',
    cluster: cluster.name,
    health: 'unknown',
    problems: [],
    nodes: [...polls.map(poll => declaredNode(poll, seen)), ...undeclaredNodes(cluster, seen)],
    links: linksOf(cluster.nodes, seen),
    dc: groupsOf(
      seen.filter(({ view }) => view.state),
      ({ view }) => view.state?.dc ?? null,
    ).map(({ value, names }) => ({ node: value, seen_by: names })),
    quorum: quorumOf(seen, cluster),
    resources: resources.filter(resource => !isFencingDevice(resource)),
    floating_ip: floatingIpStatus(floatingIp.address, seen),
    ...(further.length > 0 && { further_floating_ips: further.map(({ address }) => floatingIpStatus(address, seen)) }),
    ...(fencing && { fencing }),
    failures:
      seen
        .find(({ view }) => view.state)
        ?.view.state?.failures.map(({ operation, node, status: result, reason, at }) => ({
          operation,
          node,
          status: result,
          reason,
          ...(at !== undefined && { at }),
        })) ?? [],
  }
  const problems = problemsOf(cluster, polls, status)
  return { ...status, problems, health: seen.length === 0 ? 'unknown' : worstOf(problems) }
}

function floatingIpStatus(address: string, seen: AnsweringNode[]): FloatingIpStatus {
  return {
    address,
    holders: seen.flatMap(({ name, view }) =>
      (view.interfaces.get(address) ?? []).map(each => ({ node: name, interface: each })),
    ),
  }
}

function placed({ address, holders }: FloatingIpStatus): PlacedAddress {
  return { address, nodes: [...new Set(holders.map(({ node }) => node))] }
}

/** The part of a status that a diagram shows. */
export function topologyIn({
  nodes,
  links,
  resources,
  fencing,
  floating_ip: floatingIp,
  further_floating_ips: further,
}: StatusEvent): Topology {
  return {
    nodes: nodes.map(({ name, address: own, state, dc }) => ({ name, address: own, state, dc })),
    links,
    resources: [
      ...resources.map(({ id, nodes: runsOn, promoted }) => ({ id, nodes: runsOn, ...(promoted && { promoted }) })),
      ...(fencing?.devices ?? []).map(({ id, nodes: runsOn }) => ({ id, nodes: runsOn })),
    ],
    floating_ip: placed(floatingIp),
    ...(further && { further_floating_ips: further.map(placed) }),
  }
}

function worstOf(problems: StatusEvent['problems']): StatusEvent['health'] {
  if (problems.some(({ level }) => level === 'failed')) return 'failed'
  return problems.length > 0 ? 'warning' : 'ok'
}

function declaredNode({ node, absence, waiting }: NodePoll, seen: AnsweringNode[]): StatusEvent['nodes'][number] {
  const {
    name,
    links: [declared = ''],
  } = node
  // A host name that only the nodes can resolve: the cluster itself reports the address.
  const address = familyOf(declared) !== undefined ? declared : addressIn(name, seen) || declared
  const ownView = seen.find(node => node.name === name)?.view
  const hasQuorum = ({ quorum }: NodeView) => Number(quorum?.quorate ?? false)
  const views = [
    ...(ownView ? [ownView] : []),
    ...seen.filter(each => each.name !== name).map(({ view }) => view),
  ].toSorted((one, other) => hasQuorum(other) - hasQuorum(one))
  const reported = views
    .map(view => view.state?.nodes.find(node => node.name === name))
    .find(state => state !== undefined)
  const state = reported ? nodeStateName(reported) : ownView ? 'offline' : absence ? 'unreachable' : 'unknown'
  return {
    name,
    address,
    state,
    dc: views.find(({ state }) => state)?.state?.dc === name,
    seen: ownView !== undefined,
    remarks: [
      ...(ownView?.faults ?? []).map(({ daemon, kind }) => `${daemon} ${kind === 'hung' ? 'hangs' : kind}`),
      ...Object.entries(ownView?.silent ?? {})
        .filter(([service]) => !(ownView?.faults ?? []).some(({ daemon }) => serviceOf(daemon) === service))
        .map(([daemon, daemonState]) =>
          daemonState === 'not installed' ? `no ${daemon}` : `${daemon} ${daemonState}`,
        ),
      ...(absence && state !== 'unreachable' ? ['unreachable'] : []),
      ...(waiting === undefined ? [] : [`no answer for ${waiting} s`]),
      ...(!ownView && !absence && waiting === undefined ? ['not asked'] : []),
    ],
  }
}

/** The nodes that the cluster has and the inventory does not declare. */
function undeclaredNodes({ nodes }: Cluster, seen: AnsweringNode[]): StatusEvent['nodes'] {
  const states = new Map(seen.flatMap(({ view }) => view.state?.nodes ?? []).map(state => [state.name, state]))
  for (const { name } of nodes) states.delete(name)
  return [...states.values()].map(state => ({
    name: state.name,
    address: addressIn(state.name, seen),
    state: nodeStateName(state),
    dc: seen.some(({ view }) => view.state?.dc === state.name),
    seen: false,
    remarks: ['not in the inventory'],
  }))
}

function addressIn(name: string, seen: AnsweringNode[]): string {
  for (const {
    view: { cmap = new Map<string, { value: string }>() },
  } of seen) {
    const [nameEntry] =
      [...cmap].find(([entry, { value }]) => /^nodelist\.node\.\d+\.name$/.test(entry) && value === name) ?? []
    const address = cmap.get(nameEntry?.replace(/name$/, 'ring0_addr') ?? '')
    if (address) return canonicalAddress(address.value)
  }
  return ''
}

function nodeStateName({ online, standby, maintenance, pending, unclean }: NodeState): string {
  if (unclean) return 'unclean'
  if (pending) return 'pending'
  if (!online) return 'offline'
  return standby ? 'standby' : maintenance ? 'maintenance' : 'online'
}

/**
 * A link is connected if both ends report it as connected, as far as they answer: a cable may work in one direction
 * only.
 */
function linksOf(nodes: Node[], seen: AnsweringNode[]): StatusEvent['links'] {
  const ids = new Map(
    seen.flatMap(({ view: { cmap, state } }) => [
      ...(state?.nodes ?? []).map(({ name, id }) => [name, Number(id)] as const),
      ...(cmap ? nodeIdsIn(cmap) : []),
    ]),
  )
  const reports = (from: Node, to: Node, number: number): boolean[] => {
    const link = seen.find(({ name }) => name === from.name)?.view.links?.find(each => each.link === number)
    const peer = link?.peers.find(({ nodeId }) => nodeId === ids.get(to.name))
    // Corosync 2.4 lists no peers, only whether the whole ring is faulty.
    return peer ? [peer.connected && !link!.faulty] : link?.faulty === undefined ? [] : [!link.faulty]
  }
  return Array.from({ length: Math.max(...nodes.map(({ links }) => links.length)) }, (_, number) =>
    nodes.flatMap((one, at) =>
      nodes.slice(at + 1).map((other): StatusEvent['links'][number] => {
        const connected = [...reports(one, other, number), ...reports(other, one, number)]
        return { number, between: [one.name, other.name], connected: connected.length > 0 && connected.every(Boolean) }
      }),
    ),
  ).flat()
}

function quorumOf(seen: AnsweringNode[], cluster: Cluster): StatusEvent['quorum'] {
  return groupsOf(
    seen.filter(({ view }) => view.quorum),
    ({ view: { quorum } }) => {
      const { quorate, votes, ringId, flags, device } = quorum!
      const own = deviceOf(quorum!, cluster)
      return {
        quorate,
        ...(votes && { votes: votes.total, expected: votes.expected }),
        ...(device && own && { arbiter: { votes: device.votes, alive: own.isAlive, voting: own.isVoting } }),
        ring: ringId,
        flags: flags.filter(flag => flag !== 'Quorate'),
      }
    },
  ).map(({ value, names }) => ({ ...value, seen_by: names }))
}

/**
 * What runs where, by the view of one node in each partition: the views of two nodes may differ while a resource moves.
 */
function resourcesOf(seen: AnsweringNode[]): StatusEvent['resources'] {
  const views = partitionsOf(seen).flatMap(({ members }) => members.find(({ view }) => view.state)?.view.state ?? [])
  const instances = views.flatMap(({ resources }) => resources)
  return grouped(instances, ({ id }) => id).map(own => {
    const active = own.filter(instance => instance.active)
    const promoted = promotedNodes(own[0]!.id, { resources: active })
    // A clone of which an instance is promoted is shown as such.
    const [first] = [...active.filter(({ role }) => role === 'Promoted'), ...active, ...own] as [ResourceState]
    return {
      id: first.id,
      agent: first.agent,
      parents: first.parents,
      state: first.role.toLowerCase(),
      nodes: [...new Set(active.flatMap(({ nodes }) => nodes))],
      ...(promoted.length > 0 && { promoted }),
      remarks: [
        ...(own.some(({ failed }) => failed) ? ['failed'] : []),
        ...(own.some(({ blocked }) => blocked) ? ['blocked'] : []),
        ...(own.some(({ managed }) => !managed) ? ['unmanaged'] : []),
        ...(own.some(({ orphaned }) => orphaned) ? ['orphaned'] : []),
      ],
    }
  })
}

function isFencingDevice({ agent }: { agent: string }): boolean {
  return agent.startsWith('stonith:')
}

/** The devices, and what the partition with quorum remembers. */
function fencingOf(resources: StatusEvent['resources'], seen: AnsweringNode[]): FencingStatus | undefined {
  const devices = resources
    .filter(isFencingDevice)
    .map(({ id, agent, state, nodes, remarks }) => ({ id, agent, state, nodes, remarks }))
  const [state] = partitionsOf(seen).flatMap(({ members }) => members.flatMap(({ view }) => view.state ?? []))
  if (state === undefined || (!state.stonithEnabled && devices.length === 0)) return undefined
  return { enabled: state.stonithEnabled, devices, history: state.fencingHistory }
}
