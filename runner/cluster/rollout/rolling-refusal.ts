import { servicesIn, servicesOn, type ClusterState } from '../pacemaker/crm-mon.js'
import { nodeSections, parseCorosyncConf } from '../corosync/conf.js'
import { activityOf } from '../pacemaker/activity.js'
import { withStandby } from '../pacemaker/drain.js'
import { cibOf, drainedIn } from './temporary-settings.js'
import { clusterState } from '../pacemaker/facts.js'
import type { CorosyncState } from '../corosync/state.js'
import { crmSimulate } from '../pacemaker/forecast.js'
import { readOnAll, type ClusterMember, type Scope } from '../members.js'
import type { Quorum } from '../corosync/quorumtool.js'
import { quorumOf } from './quorum-effect.js'

/** What decides whether nodes can be restarted one at a time. */
export interface RollingView {
  /** The names of the nodes to restart. */
  nodes: string[]
  /** Undefined if Pacemaker runs nowhere: then there is no service to lose. */
  state: ClusterState | undefined
  quorum: Quorum | undefined
  /** Nodes that an interrupted run left in standby; they are readmitted first. */
  drained: string[]
  /** The quorum by the new file. */
  newQuorum: number
  ids: Map<string, number>
  /** The resources that Pacemaker would stop and not start elsewhere, by the node that goes into standby. */
  wouldStop: Record<string, string[]>
}

/** Why the nodes cannot be restarted one at a time without an outage, with the numbers; undefined if they can. */
export function rollingObstacle({
  nodes,
  state,
  quorum,
  drained,
  newQuorum,
  ids,
  wouldStop,
}: RollingView): string | undefined {
  if (!state) return undefined
  if (state.maintenance) return 'the cluster is in maintenance mode, in which Pacemaker moves nothing'
  for (const name of nodes) {
    const loss = quorum && quorumLoss(name, quorum, newQuorum, ids)
    if (loss !== undefined) return loss
    const running = servicesOn(state, name)
    const stuck = running.find(({ managed, blocked }) => !managed || blocked)
    if (stuck) return `${stuck.id} runs on ${name} and Pacemaker may not stop it`
    const others = state.nodes.filter(node => node.name !== name)
    const available = others.filter(
      ({ name: other, online, standby, maintenance, pending, unclean }) =>
        online && !maintenance && !pending && !unclean && (!standby || drained.includes(other)),
    )
    if (running.length > 0 && available.length === 0) {
      return `${running.map(({ id }) => id).join(', ')} on ${name} could run nowhere else: ${others.map(stateText).join(', ')}`
    }
    const stopped = (wouldStop[name] ?? []).filter(id => servicesIn(state).some(service => service.id === id))
    if (stopped.length > 0)
      return `${stopped.join(', ')} on ${name} could run nowhere else: pacemaker would stop ${stopped.length === 1 ? 'it' : 'them'} while the node is away`
  }
  return undefined
}

/** Without the node, the others must have the quorum by both the old and the new configuration. */
function quorumLoss(
  node: string,
  { members, votes }: Quorum,
  newQuorum: number,
  ids: Map<string, number>,
): string | undefined {
  if (!votes) return undefined
  const own = members.find(({ nodeId }) => nodeId === ids.get(node))?.votes ?? 0
  const needed = Math.max(votes.quorum, newQuorum)
  const rest = votes.total - own
  return rest < needed
    ? `without ${node}, ${rest} of ${votes.expected} votes are left, and the quorum is ${needed}`
    : undefined
}

function stateText({ name, online, standby, maintenance, pending, unclean }: ClusterState['nodes'][number]): string {
  if (!online) return `${name} is offline`
  if (standby) return `${name} is in standby`
  if (maintenance) return `${name} is in maintenance`
  return pending || unclean ? `${name} is not a full member yet` : `${name} is online`
}

/**
 * The resources that Pacemaker would stop and not start elsewhere if a node went into standby. Clones with other
 * instances keep running.
 */
async function stoppedWithout(
  node: string,
  { member, cib }: { member: ClusterMember; cib: string },
): Promise<string[]> {
  const effects = await crmSimulate(member, withStandby(cib, node))
  const active = activityOf(cib)
  return effects
    .filter(({ kind, resource, from }) => kind === 'stop' && from === node && (active.get(resource)?.size ?? 0) === 1)
    .map(({ resource }) => resource)
}

/**
 * Why the nodes cannot be restarted one at a time, by their present state; undefined if they can.
 *
 * @param nodes - the nodes to restart; by default all on which Corosync runs.
 */
export async function findRollingObstacle(
  conf: string,
  states: CorosyncState[],
  { members }: Scope,
  nodes = states.filter(({ cmap }) => cmap).map(({ member }) => member.name),
): Promise<string | undefined> {
  const [views, drained, source] = await Promise.all([
    readOnAll(members, clusterState),
    drainedIn(members),
    cibOf(members),
  ])
  const stops = await Promise.all(
    nodes.map(async node => [node, source ? await stoppedWithout(node, source) : []] as const),
  )
  return rollingObstacle({
    nodes,
    state: views.find(([, view]) => view)?.[1],
    quorum: states.find(({ quorum }) => quorum)?.quorum,
    drained,
    newQuorum: quorumOf(conf),
    wouldStop: Object.fromEntries(stops),
    ids: new Map(
      nodeSections(parseCorosyncConf(conf)).map(node => [node.get('name') ?? '', Number(node.get('nodeid'))]),
    ),
  })
}
