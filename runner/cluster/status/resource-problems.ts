import type { Problem, StatusEvent } from './events.js'
import { isMixed, withoutAttributes } from '../pacemaker/crm-mon.js'
import type { Cluster, Primitive } from '../declaration/declaration.js'
import { groupsOf, partitionsOf, type Seen } from './partitions.js'
import { failed, namesOf, warning } from './problem.js'

/** What does not run as declared, and what has failed. */
export function resourceProblems(cluster: Cluster, seen: Seen[], status: StatusEvent): Problem[] {
  const telling = seen.filter(({ view }) => view.state?.dc !== undefined)
  if (telling.length === 0) return []
  const stopped = stoppedOnPurpose(seen)
  const primitives = cluster.resources.filter(resource => resource.kind === 'primitive')
  const { failures, quorum } = status
  // Without quorum nothing runs, and that is told already.
  const mayRun = quorum.some(({ quorate }) => quorate)
  return [
    ...primitives.filter(({ id }) => mayRun && !stopped.has(id)).flatMap(primitive => placement(primitive, status)),
    ...status.resources.flatMap(({ id, remarks }) => remarks.filter(remark => remark === 'failed' || remark === 'blocked')
      .map(remark => failed(remark === 'failed' ? `${id} has failed` : `${id} is blocked: the cluster leaves it alone`, cleanup))),
    ...partitionsOf(telling).flatMap(({ members }) => disagreements(members)),
    ...failures.length === 0 ? [] : [warning(failures.length === 1 ? 'an action has failed' : `${failures.length} actions have failed`, cleanup)],
  ]
}

const cleanup = '`crm_resource --cleanup` forgets a failure once its cause is gone'

function placement({ id, clone }: Primitive, { resources, nodes }: StatusEvent): Problem[] {
  const resource = resources.find(each => each.id === id)
  if (!resource) return [failed(`${id} is declared, and the cluster does not know it`, '`ha-run constraints` puts it in')]
  if (resource.nodes.length === 0) return [failed(`${id} runs nowhere`, '`crm_mon -1rfA` on a node says more')]
  if (clone) {
    const idle = nodes.filter(({ name, state }) => state === 'online' && !resource.nodes.includes(name))
    return idle.length === 0 ? [] : [failed(`${id} does not run on ${namesOf(idle)}`)]
  }
  return resource.nodes.length === 1 ? [] : [failed(`${id} runs on ${resource.nodes.length} nodes at once: ${resource.nodes.join(' and ')}`)]
}

/** Within one partition all must say the same of a resource. */
function disagreements(members: Seen[]): Problem[] {
  const ids = [...new Set(members.flatMap(({ view }) => view.state?.resources.map(({ id }) => id) ?? []))]
  return ids.flatMap(id => {
    const words = groupsOf(members, ({ view }) => view.state!.resources.filter(each => each.id === id && each.active).flatMap(({ nodes }) => nodes).toSorted())
    return words.length < 2 ? [] : [warning(`the nodes disagree on ${id}: ${words.map(({ value, names }) => `${value.length > 0 ? `on ${value.join(', ')}` : 'stopped'} as seen by ${names.join(', ')}`).join('; ')}`)]
  })
}

function stoppedOnPurpose(seen: Seen[]): Set<string> {
  const resources = seen.flatMap(({ view }) => view.state?.resources ?? [])
  return new Set(resources.filter(({ targetRole }) => targetRole === 'Stopped').map(({ id }) => id))
}

/** What an admin has set, and what keeps resources from where they would be. */
export function onPurpose({ name: cluster }: Cluster, seen: Seen[], status: StatusEvent): Problem[] {
  const states = seen.flatMap(({ view: { state } }) => state ?? [])
  const maintenance = states.some(state => state.maintenance)
  const unmanaged = status.resources.filter(({ remarks }) => remarks.includes('unmanaged')).map(({ id }) => ({ name: id }))
  const forgotten = [...new Set(states.flatMap(withoutAttributes))]
  const leftovers = [...new Set(seen.flatMap(({ view }) => view.leftovers))]
  return [
    ...maintenance ? [warning(`${cluster} is in maintenance mode: nothing is started, stopped or watched`, '`crm maintenance off` ends it')] : [],
    ...[...stoppedOnPurpose(seen)].map(id => warning(`${id} is stopped by target-role`, `\`crm resource start ${id}\` ends it`)),
    ...unmanaged.length > 0 && !maintenance ? [warning(`not managed: ${namesOf(unmanaged)}`)] : [],
    ...leftovers.map(id => warning(`${id} is left from a move or a ban`, '`crm resource clear` ends it')),
    ...states.some(isMixed) ? [warning('the nodes have different versions of Pacemaker')] : [],
    ...forgotten.length > 0 ? [warning(`the CIB lacks the attributes of ${forgotten.join(', ')}`, '`ha-run pacemaker` writes them again, where they were lost and its Pacemaker is not an older one')] : [],
  ]
}
