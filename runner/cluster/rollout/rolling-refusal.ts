import type { ClusterState } from '../pacemaker/crm-mon.js'
import { flatten } from '../corosync/settings.js'
import { nodeSections, parseCorosyncConf } from '../corosync/conf.js'
import { activityOf } from '../pacemaker/activity.js'
import { withStandby } from '../pacemaker/drain.js'
import { cibOf, drainedIn } from './temporary-settings.js'
import { clusterState } from '../pacemaker/facts.js'
import type { CorosyncState } from '../corosync/state.js'
import { simulate } from '../pacemaker/forecast.js'
import { readOnAll, type ClusterMember, type Scope } from '../members.js'
import type { Quorum } from '../corosync/quorumtool.js'

/** What decides whether nodes can be restarted one after the other. */
export interface RollView {
  /** To be restarted, by name. */
  nodes: string[]
  /** Undefined where Pacemaker runs nowhere: then nothing can be lost. */
  state: ClusterState | undefined
  quorum: Quorum | undefined
  /** Nodes in a standby that an interrupted run has left, which is taken back first. */
  drained: string[]
  /** Votes that the new file asks for. */
  quorumToBe: number
  ids: Map<string, number>
  /** By node, the resources that Pacemaker would stop for good were that node in standby. */
  wouldStop: Record<string, string[]>
}

/** Why the nodes cannot be restarted one at a time without losing the service, with the arithmetic; undefined where they can. */
export function rollObstacle({ nodes, state, quorum, drained, quorumToBe, ids, wouldStop }: RollView): string | undefined {
  if (!state) return undefined
  if (state.maintenance) return 'the cluster is in maintenance mode, in which Pacemaker moves nothing'
  for (const name of nodes) {
    const loss = quorum && quorumLoss(name, quorum, quorumToBe, ids)
    if (loss !== undefined) return loss
    const here = state.resources.filter(({ active, nodes: on }) => active && on.includes(name))
    const stuck = here.find(({ managed, blocked }) => !managed || blocked)
    if (stuck) return `${stuck.id} runs on ${name} and Pacemaker may not stop it`
    const others = state.nodes.filter(node => node.name !== name)
    const able = others.filter(({ name: other, online, standby, maintenance, pending, unclean }) =>
      online && !maintenance && !pending && !unclean && (!standby || drained.includes(other)))
    if (here.length > 0 && able.length === 0) {
      return `${here.map(({ id }) => id).join(', ')} on ${name} could go nowhere: ${others.map(stateText).join(', ')}`
    }
    const homeless = wouldStop[name] ?? []
    if (homeless.length > 0) return `${homeless.join(', ')} on ${name} could go nowhere: pacemaker would stop ${homeless.length === 1 ? 'it' : 'them'} while the node is away`
  }
  return undefined
}

/** Without the node, the rest must have the quorum of the old configuration and of the new one. */
function quorumLoss(node: string, { members, votes }: Quorum, quorumToBe: number, ids: Map<string, number>): string | undefined {
  if (!votes) return undefined
  const own = members.find(({ nodeId }) => nodeId === ids.get(node))?.votes ?? 0
  const needed = Math.max(votes.quorum, quorumToBe)
  const rest = votes.total - own
  return rest < needed ? `without ${node}, ${rest} of ${votes.expected} votes are left, and the quorum is ${needed}` : undefined
}

function stateText({ name, online, standby, maintenance, pending, unclean }: ClusterState['nodes'][number]): string {
  if (!online) return `${name} is offline`
  if (standby) return `${name} is in standby`
  if (maintenance) return `${name} is in maintenance`
  return pending || unclean ? `${name} is not a full member yet` : `${name} is online`
}

/** The votes that make a quorum by a corosync.conf: half of the expected ones and one more, with two_node a single one. */
export function quorumOf(conf: string): number {
  const keys = flatten(parseCorosyncConf(conf))
  return keys.get('quorum.two_node') === '1' ? 1 : Math.floor(Number(keys.get('quorum.expected_votes')) / 2) + 1
}

/** What Pacemaker would stop, and start nowhere else, were a node in standby; an instance of a clone stays where others are. */
async function stoppedWithout(node: string, { member, cib }: { member: ClusterMember; cib: string }): Promise<string[]> {
  const effects = await simulate(member, withStandby(cib, node))
  const active = activityOf(cib)
  return effects.filter(({ kind, resource, from }) => kind === 'stop' && from === node && (active.get(resource)?.size ?? 0) === 1).map(({ resource }) => resource)
}

/** Asks the nodes. @param nodes - to be restarted; all that run, where nobody says. */
export async function rollRefusal(
  conf: string, loaded: CorosyncState[], { members }: Scope, nodes = loaded.filter(({ keys }) => keys).map(({ member }) => member.name),
): Promise<string | undefined> {
  const [states, drained, found] = await Promise.all([readOnAll(members, clusterState), drainedIn(members), cibOf(members)])
  const stops = await Promise.all(nodes.map(async node => [node, found ? await stoppedWithout(node, found) : []] as const))
  return rollObstacle({
    nodes,
    state: states.find(([, seen]) => seen)?.[1],
    quorum: loaded.find(({ quorum }) => quorum)?.quorum,
    drained,
    quorumToBe: quorumOf(conf),
    wouldStop: Object.fromEntries(stops),
    ids: new Map(nodeSections(parseCorosyncConf(conf)).map(node => [node.get('name') ?? '', Number(node.get('nodeid'))])),
  })
}
