/* oxlint-disable typescript/no-unsafe-type-assertion -- parsed text has the type that the test expects */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import type { Cluster, Node } from '../../../runner/cluster/declaration/declaration.js'
import { statusOf, topologyIn } from '../../../runner/cluster/status/status.js'
import type { NodeView } from '../../../runner/cluster/status/view.js'
import type { Topology } from '../../../runner/cluster/status/events.js'
import type { PollResult } from '../../../runner/engine/node-poller.js'
import { statusLines } from '../../../runner/cluster/status/lines.js'
import { createStyle } from '../../../runner/ui/style.js'
import { counted } from '../counted-reads.js'
import { clusterOf } from '../../roles/corosync/cluster.js'
import { stateOf, type ShortState } from '../../roles/verify/state.js'

/** What one node tells, in short; or why it tells nothing. */
interface ShortView {
  /** Corosync runs: its ring, and what it says of quorum. */
  ring?: string
  quorate?: boolean
  votes?: [total: number, expected: number]
  flags?: string[]
  /** The votes of the quorum device, and whether the node sees it alive and voting. */
  arbiter?: [votes: number, isAlive: boolean, isVoting: boolean]
  /** Links to nodes that are down: `0 node2`. */
  down?: string[]
  /** Of the cluster that Corosync runs as. */
  cluster?: string
  crm?: ShortState & { unclean?: string[]; pending?: string[]; resting?: string[] }
  address?: string[]
  /** The interfaces that have the further floating IPs, by address. */
  addresses?: Record<string, string[]>
  silent?: NodeView['silent']
  faults?: NodeView['faults']
  leftovers?: string[]
  unread?: string[]
  unreachable?: string
  hint?: string
  waiting?: number
}

interface Case {
  about: string
  nodes?: number
  declared?: object
  /** The inventory has host names; the nodes' addresses are in corosync.conf only. */
  named?: boolean
  /** Of each node on the second link. */
  second?: string[]
  seen: Record<string, ShortView>
  screen: string
  topology?: Topology
}

function clusterIn({ nodes, declared, second }: Case): Cluster {
  const cluster = clusterOf(declared, nodes)
  return {
    ...cluster,
    nodes: cluster.nodes.map((node, at) => ({
      ...node,
      links: [...node.links, ...(second?.[at] === undefined ? [] : [second[at]])],
    })),
  }
}

/** The node as an inventory without its address has it. */
function named(node: Node): Node {
  return { ...node, links: [`${node.name}.example.net`] }
}

function pollOf(node: Node, cluster: Cluster, short: ShortView | undefined): PollResult<Node, NodeView> {
  if (short === undefined) return { node }
  const { unreachable, hint, waiting } = short
  if (unreachable !== undefined) return { node, absence: { message: unreachable, hint } }
  return waiting === undefined ? { node, seen: viewOf(node, cluster, short) } : { node, waiting }
}

function viewOf(
  node: Node,
  { name, nodes }: Cluster,
  {
    ring,
    quorate = true,
    votes,
    flags = [],
    arbiter,
    down = [],
    cluster = name,
    crm,
    address = [],
    addresses = {},
    silent = {},
    faults = [],
    leftovers = [],
    unread = [],
  }: ShortView,
): NodeView {
  const { unclean = [], pending = [], resting = [], ...state } = crm ?? { resources: {} }
  const told = stateOf({ nodes: nodes.map(each => each.name), ...state })
  return {
    ...(ring !== undefined && {
      quorum: {
        quorate,
        ringId: ring,
        nodes: nodes.length,
        nodeId: nodes.indexOf(node) + 1,
        ...(arbiter && { device: { votes: arbiter[0] } }),
        members: nodes.map((each, at) => ({
          nodeId: at + 1,
          votes: 1,
          name: each.name,
          self: each === node,
          ...(arbiter && { device: { isAlive: arbiter[1], isVoting: arbiter[2] } }),
        })),
        flags: [...flags, ...(quorate ? ['Quorate'] : [])],
        votes: { total: votes?.[0] ?? nodes.length, expected: votes?.[1] ?? nodes.length, quorum: 1 },
      },
      cmap: new Map(
        [
          ['totem.cluster_name', cluster],
          ...nodes.flatMap((each, at): [string, string][] => [
            [`nodelist.node.${at}.name`, each.name],
            [`nodelist.node.${at}.nodeid`, String(at + 1)],
            [`nodelist.node.${at}.ring0_addr`, each.links[0]!],
          ]),
        ].map(([key, value]) => [key, { type: 'str', value }] as [string, { type: string; value: string }]),
      ),
      links: node.links.map((own, link) => ({
        link,
        address: own,
        peers: nodes.map((peer, at) => ({
          nodeId: at + 1,
          self: peer === node,
          connected: !down.includes(`${link} ${peer.name}`),
        })),
      })),
    }),
    ...(crm && {
      state: {
        ...told,
        nodes: told.nodes.map(each => ({
          ...each,
          unclean: unclean.includes(each.name),
          pending: pending.includes(each.name),
          maintenance: resting.includes(each.name),
        })),
      },
    }),
    interfaces: new Map([['192.168.0.10', address], ...Object.entries(addresses)]),
    leftovers,
    silent,
    faults,
    unread,
  }
}

const folder = join('test', 'cases', 'status')
const style = createStyle({ color: false, utf8: true })

for (const file of readdirSync(folder).toSorted()) {
  const data = load(readFileSync(join(folder, file), 'utf8')) as Case
  test(`${file.replace('.yml', '')}: ${data.about}`, t => {
    const cluster = clusterIn(data)
    const polls = cluster.nodes.map(node => pollOf(node, cluster, data.seen[node.name]))
    const status = data.named
      ? statusOf(
          { ...cluster, nodes: cluster.nodes.map(named) },
          polls.map(poll => ({ ...poll, node: named(poll.node) })),
        )
      : statusOf(cluster, polls)
    t.is(`${statusLines(status, { style, hints: true }).join('\n')}\n`, data.screen)
    if (data.topology) t.deepEqual(topologyIn(status), data.topology)
  })
}

test('twice as many resources take twice the work', t => {
  const readsFor = (count: number) => {
    const ids = Array.from({ length: count }, (_, at) => `r${at}`)
    const declared = { resources: Object.fromEntries(ids.map(id => [id, { agent: 'ocf:heartbeat:Dummy' }])) }
    const cluster = clusterOf(declared)
    const crm = { resources: Object.fromEntries([...ids, 'FloatIP', 'WebSite'].map(id => [id, ['node1']])) }
    const views = cluster.nodes.map(node => viewOf(node, cluster, { ring: '1.8', crm, address: ['eth0'] }))
    const states = views.map(({ state }) => counted(state!.resources))
    const polls = cluster.nodes.map((node, at) => ({
      node,
      seen: { ...views[at]!, state: { ...views[at]!.state!, resources: states[at]!.objects } },
    }))
    t.is(statusOf(cluster, polls).resources.length, count + 2)
    return states.reduce((sum, { reads }) => sum + reads(), 0)
  }
  t.true(readsFor(202) <= 2.1 * readsFor(100))
})
