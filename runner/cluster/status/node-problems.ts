import type { Problem, StatusEvent } from './events.js'
import type { Cluster } from '../declaration/declaration.js'
import { faultText, serviceOf } from '../daemons.js'
import { runsDebianDefault } from '../corosync/node-ids.js'
import { groupsOf, isInOtherCluster, type NodePoll, type Partition, type AnsweringNode } from './partitions.js'
import { failed, namesOf, warning } from './problem.js'
import { drainedHint, drainedText } from '../pacemaker/drain.js'
import type { NodeView } from './view.js'

/** The nodes that do not answer, each with the state that the cluster reports for it. */
export function unansweredPolls(polls: NodePoll[], { nodes }: StatusEvent): Problem[] {
  return polls.flatMap(({ node: { name }, absence, waiting }) => {
    const { state = 'unknown' } = nodes.find(node => node.name === name) ?? {}
    const clusterState = state === 'unreachable' || state === 'unknown' ? '' : `; the cluster reports it as ${state}`
    if (absence) return [failed(absence.message + clusterState, absence.hint)]
    if (waiting === undefined) return []
    return [
      (state === 'offline' || state === 'unclean' ? failed : warning)(
        `${name}: no answer for ${waiting} s${clusterState}`,
      ),
    ]
  })
}

/** The daemons that do not work; nodes with the same fault are reported together. */
export function stoppedDaemons(seen: AnsweringNode[]): Problem[] {
  if (seen.length > 0 && seen.every(hasNoCluster))
    return [
      failed(
        `no cluster on ${namesOf(seen)}: neither Corosync nor Pacemaker is installed`,
        '`ha-run site` builds the cluster',
      ),
    ]
  const silent = seen.flatMap(({ name, view }) => silentServices(view).map(text => ({ text, name })))
  return [
    ...seen.flatMap(({ name, view: { faults = [] } }) =>
      faults.map(fault =>
        failed(
          `${name}: ${faultText(fault)}`,
          '`ha-run site` repairs it; `journalctl -u corosync -u pacemaker` on the node shows what happened',
        ),
      ),
    ),
    ...[...new Set(silent.map(({ text }) => text))].map(text =>
      failed(
        `${text} on ${namesOf(silent.filter(each => each.text === text))}`,
        '`ha-run site` starts stopped daemons; see `systemctl status corosync pacemaker` on the node',
      ),
    ),
  ]
}

/** Whether a service of a node does not answer because of one of its daemons, which is reported. */
function isExplained({ faults = [] }: NodeView, service: string): boolean {
  return faults.some(({ daemon }) => serviceOf(daemon) === service)
}

function hasNoCluster({ view: { silent } }: AnsweringNode): boolean {
  return silent?.corosync === 'not installed' && silent.pacemaker === 'not installed'
}

function silentServices(view: NodeView): string[] {
  const { silent = {} } = view
  const corosync = isExplained(view, 'corosync') ? undefined : silent.corosync
  const pacemaker = isExplained(view, 'pacemaker') ? undefined : silent.pacemaker
  if (corosync !== undefined && corosync === pacemaker)
    return [`corosync and pacemaker ${corosync === 'failed' ? 'have failed' : `are ${corosync}`}`]
  return Object.entries({ corosync, pacemaker }).flatMap(([name, state]) =>
    state === undefined ? [] : [`${name} ${state === 'failed' ? 'has failed' : `is ${state}`}`],
  )
}

/** The nodes whose Corosync runs as a member of another cluster. */
export function wrongClusters(cluster: Cluster, seen: AnsweringNode[]): Problem[] {
  const others = seen.filter(({ view }) => isInOtherCluster(cluster, view))
  return groupsOf(
    others,
    ({ view }) => runsDebianDefault(view.cmap!) || view.cmap!.get('totem.cluster_name')!.value,
  ).map(({ value, items }) =>
    value === true
      ? failed(`${namesOf(items)}: runs the one-node cluster that Debian's package starts`, '`ha-run site` replaces it')
      : failed(`${namesOf(items)}: runs as a member of the cluster ${value}, not of ${cluster.name}`),
  )
}

/** The node states that the cluster reports, unless another problem of the node explains them already. */
export function stateProblems(
  cluster: Cluster,
  polls: NodePoll[],
  { nodes }: StatusEvent,
  partitions: Partition[],
): Problem[] {
  const { nodes: declared } = cluster
  const reported = new Set(
    polls
      .filter(({ seen, absence, waiting }) =>
        seen
          ? (seen.silent?.corosync ??
            seen.silent?.pacemaker ??
            (isInOtherCluster(cluster, seen) || (seen.faults ?? []).length > 0))
          : (absence ?? waiting !== undefined),
      )
      .map(({ node }) => node.name),
  )
  const views = partitions.flatMap(({ members }) => members).filter(({ view }) => view.state)
  const problems = declared.flatMap(({ name }): Problem[] => {
    const state = nodes.find(node => node.name === name)!.state
    if (state === 'unclean')
      return [
        failed(
          `${name} is unclean: the cluster waits until it is fenced or an admin confirms that it is off`,
          uncleanHint(name, polls),
        ),
      ]
    if (state === 'pending') return [warning(`${name} is joining`)]
    const drain = views.flatMap(({ view }) => view.drains ?? []).find(({ node }) => node === name)
    if (state === 'standby' && drain) return [warning(drainedText(drain), drainedHint)]
    if (state === 'standby' || state === 'maintenance')
      return [
        warning(
          `${name} is in ${state}`,
          `if that is not intended, \`crm node ${state === 'standby' ? 'online' : 'ready'} ${name}\` ends it`,
        ),
      ]
    const isInMinority = partitions.slice(1).some(({ members }) => members.some(member => member.name === name))
    // Before the first election of a DC, all nodes are offline.
    if (reported.has(name) || isInMinority || views.every(({ view }) => view.state?.dc === undefined)) return []
    if (state === 'offline') return [failed(`${name} is offline`)]
    return state === 'unknown' ? [failed(`${name} is not in the cluster, as seen by ${namesOf(views)}`)] : []
  })
  return [
    ...problems,
    ...partitions.flatMap(part =>
      disagreements(
        declared.map(({ name }) => name),
        part,
      ),
    ),
  ]
}

/** What to do about an unclean node. Only a node that cannot be reached may be off. */
function uncleanHint(name: string, polls: NodePoll[]): string {
  const poll = polls.find(({ node }) => node.name === name)
  if ((poll?.seen?.faults ?? []).length > 0)
    return `it answers over ssh, so it is not off: \`ha-run site\` repairs its daemons, or \`ha-run fence ${name}\` fences it`
  if (poll?.seen) return `it answers over ssh, so it is not off: \`ha-run fence ${name}\` fences it`
  if (poll && !poll.absence && poll.waiting !== undefined)
    return 'it is still connected over ssh, so it may be on: wait until it answers'
  return `run \`ha-run fence --confirm ${name}\` once somebody has switched it off`
}

/** The nodes on whose state the members of one partition disagree. */
function disagreements(names: string[], { members }: Partition): Problem[] {
  const answering = members.filter(({ view }) => view.state)
  return names.flatMap(name => {
    const opinions = groupsOf(
      answering,
      ({ view }) => view.state!.nodes.find(node => node.name === name)?.online ?? false,
    )
    return opinions.length < 2
      ? []
      : [
          warning(
            `the nodes disagree on whether ${name} is online: ${opinions.map(({ value, names: who }) => `${value ? 'online' : 'offline'} as seen by ${who.join(', ')}`).join(', ')}`,
          ),
        ]
  })
}
