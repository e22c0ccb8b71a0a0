import type { Problem, StatusEvent } from './events.js'
import type { Cluster } from '../declaration/declaration.js'
import { runsDebianDefault } from '../corosync/node-ids.js'
import { groupsOf, isElsewhere, type NodePoll, type Partition, type Seen } from './partitions.js'
import { failed, namesOf, warning } from './problem.js'
import type { View } from './view.js'

/** What keeps nodes from being asked, with the cluster's own word on each in the same line. */
export function absences(sights: NodePoll[], { nodes }: StatusEvent): Problem[] {
  return sights.flatMap(({ node: { name }, absence, waiting }) => {
    const { state = 'unknown' } = nodes.find(node => node.name === name) ?? {}
    const word = state === 'unreachable' || state === 'unknown' ? '' : `; to the cluster it is ${state}`
    if (absence) return [failed(absence.message + word, absence.hint)]
    if (waiting === undefined) return []
    return [(state === 'offline' || state === 'unclean' ? failed : warning)(`${name}: no answer for ${waiting} s${word}`)]
  })
}

/** Daemons that say nothing, the same word of several nodes once. */
export function silences(seen: Seen[]): Problem[] {
  if (seen.length > 0 && seen.every(isBare)) return [failed(`nothing is built yet on ${namesOf(seen)}: neither Corosync nor Pacemaker is there`, '`ha-run site` builds the cluster')]
  const said = seen.flatMap(({ name, view }) => sentences(view).map(text => ({ text, name })))
  return [...new Set(said.map(({ text }) => text))].map(text =>
    failed(`${text} on ${namesOf(said.filter(one => one.text === text))}`, '`ha-run site` starts what is stopped; `systemctl status corosync pacemaker` on the node says more'))
}

function isBare({ view: { silent } }: Seen): boolean {
  return silent?.corosync === 'not installed' && silent.pacemaker === 'not installed'
}

function sentences({ silent: { corosync, pacemaker } = {} }: View): string[] {
  if (corosync !== undefined && corosync === pacemaker) return [`corosync and pacemaker ${corosync === 'failed' ? 'have failed' : `are ${corosync}`}`]
  return Object.entries({ corosync, pacemaker }).flatMap(([name, how]) => how === undefined ? [] : [`${name} ${how === 'failed' ? 'has failed' : `is ${how}`}`])
}

/** Corosync that runs as a member of something else. */
export function wrongClusters(cluster: Cluster, seen: Seen[]): Problem[] {
  const strange = seen.filter(({ view }) => isElsewhere(cluster, view))
  return groupsOf(strange, ({ view }) => runsDebianDefault(view.cmap!) || view.cmap!.get('totem.cluster_name')!.value).map(({ value, items }) => value === true
    ? failed(`${namesOf(items)}: runs the one-node cluster that Debian's package starts`, '`ha-run site` replaces it')
    : failed(`${namesOf(items)}: runs as a member of the cluster ${value}, not of ${cluster.name}`))
}

/** What the cluster says of its nodes, where their absence or their daemons do not say it already. */
export function stateProblems(cluster: Cluster, sights: NodePoll[], { nodes }: StatusEvent, partitions: Partition[]): Problem[] {
  const { nodes: declared } = cluster
  const told = new Set(sights.filter(({ seen, absence, waiting }) =>
    seen ? seen.silent?.corosync ?? seen.silent?.pacemaker ?? isElsewhere(cluster, seen) : absence ?? waiting !== undefined).map(({ node }) => node.name))
  const views = partitions.flatMap(({ members }) => members).filter(({ view }) => view.state)
  const problems = declared.flatMap(({ name }): Problem[] => {
    const state = nodes.find(node => node.name === name)!.state
    if (state === 'unclean') return [failed(`${name} is unclean: the cluster waits until it is fenced, or someone confirms that it is off`, `\`stonith_admin --confirm ${name}\`, once it is off for sure`)]
    if (state === 'pending') return [warning(`${name} is joining`)]
    if (state === 'standby' || state === 'maintenance') return [warning(`${name} is in ${state}`, `an admin may mean that; \`crm node ${state === 'standby' ? 'online' : 'ready'} ${name}\` ends it`)]
    const isApart = partitions.slice(1).some(({ members }) => members.some(member => member.name === name))
    // Before the first election all are offline.
    if (told.has(name) || isApart || views.every(({ view }) => view.state?.dc === undefined)) return []
    if (state === 'offline') return [failed(`${name} is offline`)]
    return state === 'unknown' ? [failed(`${name} is not in the cluster, says ${namesOf(views)}`)] : []
  })
  return [...problems, ...partitions.flatMap(part => disagreements(declared.map(({ name }) => name), part))]
}

/** Within one partition all must say the same of a node. */
function disagreements(names: string[], { members }: Partition): Problem[] {
  const telling = members.filter(({ view }) => view.state)
  return names.flatMap(name => {
    const words = groupsOf(telling, ({ view }) => view.state!.nodes.find(node => node.name === name)?.online ?? false)
    return words.length < 2 ? [] : [warning(`the nodes disagree on ${name}: ${words.map(({ value, names: who }) => `${value ? 'online' : 'offline'} as seen by ${who.join(', ')}`).join(', ')}`)]
  })
}
