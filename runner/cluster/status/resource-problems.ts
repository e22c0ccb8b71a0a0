import { grouped } from '../../ui/text.js'
import type { Problem, StatusEvent } from './events.js'
import { isMixed, withoutAttributes } from '../pacemaker/crm-mon.js'
import { clonesByPrimitive, isPromotable, promotedMax } from '../declaration/clones.js'
import type { Clone, Cluster } from '../declaration/declaration.js'
import { sameRole } from '../declaration/roles.js'
import { groupsOf, partitionsOf, type AnsweringNode } from './partitions.js'
import { failed, namesOf, warning } from './problem.js'

/** The resources that do not run as declared, and those that have failed. */
export function resourceProblems(cluster: Cluster, seen: AnsweringNode[], status: StatusEvent): Problem[] {
  const answering = seen.filter(({ view }) => view.state?.dc !== undefined)
  if (answering.length === 0) return []
  const stopped = stoppedByAdmin(seen)
  const demoted = demotedByAdmin(seen)
  const primitives = cluster.resources.filter(resource => resource.kind === 'primitive')
  const clones = clonesByPrimitive(cluster.resources)
  const { failures, quorum } = status
  // Without quorum nothing runs, and without an answer nothing is known: both are reported already.
  const isKnown = partitionsOf(seen).some(({ members }) => members.some(({ view }) => view.state))
  const mayRun = isKnown && quorum.some(({ quorate }) => quorate)
  const present = new Map(status.resources.map(resource => [resource.id, resource]))
  return [
    ...primitives
      .filter(({ id }) => mayRun && !stopped.has(id))
      .flatMap(({ id }) =>
        placement(present.get(id), { id, clone: clones.get(id), isDemoted: demoted.has(id) }, status),
      ),
    ...status.resources.flatMap(({ id, remarks }) =>
      remarks
        .filter(remark => remark === 'failed' || remark === 'blocked')
        .map(remark =>
          failed(
            remark === 'failed' ? `${id} has failed` : `${id} is blocked: the cluster no longer starts or stops it`,
            cleanup,
          ),
        ),
    ),
    ...partitionsOf(answering).flatMap(({ members }) => disagreements(members)),
    ...(failures.length === 0
      ? []
      : [warning(failures.length === 1 ? 'an action has failed' : `${failures.length} actions have failed`, cleanup)]),
  ]
}

const cleanup = 'run `crm_resource --cleanup` once the cause of the failure is gone'

function placement(
  resource: StatusEvent['resources'][number] | undefined,
  { id, clone, isDemoted }: { id: string; clone: Clone | undefined; isDemoted: boolean },
  { nodes }: StatusEvent,
): Problem[] {
  if (!resource) return [failed(`${id} is declared, but the cluster does not have it`, '`ha-run constraints` adds it')]
  if (resource.nodes.length === 0) return [failed(`${id} runs nowhere`, 'see `crm_mon -1rfA` on a node')]
  if (clone) {
    const idle = nodes.filter(({ name, state }) => state === 'online' && !resource.nodes.includes(name))
    return [
      ...(idle.length === 0 ? [] : [failed(`${id} does not run on ${namesOf(idle)}`)]),
      ...(isDemoted ? [] : promotion(id, clone, resource.promoted ?? [])),
    ]
  }
  return resource.nodes.length === 1
    ? []
    : [failed(`${id} runs on ${resource.nodes.length} nodes at once: ${resource.nodes.join(' and ')}`)]
}

function promotion(id: string, clone: Clone, promoted: string[]): Problem[] {
  if (!isPromotable(clone)) return []
  const most = promotedMax(clone)
  if (promoted.length > most) return [failed(`${id} is promoted on ${promoted.join(' and ')}`)]
  return promoted.length === 0 && most > 0
    ? [failed(`${id} is promoted on no node`, '`crm_simulate -sL` on a node shows the promotion scores')]
    : []
}

/** The resources on whose place the members of one partition disagree. */
function disagreements(members: AnsweringNode[]): Problem[] {
  const ids = [...new Set(members.flatMap(({ view }) => view.state?.resources.map(({ id }) => id) ?? []))]
  const places = new Map(members.map(member => [member, placesOf(member)]))
  return ids.flatMap(id => {
    const opinions = groupsOf(members, member => places.get(member)?.get(id) ?? [])
    return opinions.length < 2
      ? []
      : [
          warning(
            `the nodes disagree on where ${id} runs: ${opinions.map(({ value, names }) => `${value.length > 0 ? `on ${value.join(', ')}` : 'stopped'} as seen by ${names.join(', ')}`).join('; ')}`,
          ),
        ]
  })
}

/** The nodes on which resources are active, by their ids. */
function placesOf({ view }: AnsweringNode): Map<string, string[]> {
  const active = grouped(view.state?.resources.filter(resource => resource.active) ?? [], ({ id }) => id)
  return new Map(active.map(own => [own[0]!.id, own.flatMap(({ nodes }) => nodes).toSorted()]))
}

function stoppedByAdmin(seen: AnsweringNode[]): Set<string> {
  const resources = seen.flatMap(({ view }) => view.state?.resources ?? [])
  return new Set(resources.filter(({ targetRole }) => targetRole === 'Stopped').map(({ id }) => id))
}

/** The promotable primitives of which an admin lets no instance be promoted, each with the clone around it. */
function demotedByAdmin(seen: AnsweringNode[]): Map<string, string> {
  const resources = seen.flatMap(({ view }) => view.state?.resources ?? [])
  return new Map(
    resources
      .filter(({ targetRole = '' }) => sameRole(targetRole, 'Unpromoted'))
      .map(({ id, parents }) => [id, parents[0] ?? id]),
  )
}

/** What an admin has set, and what else keeps resources from running where they should. */
export function adminOverrideProblems(
  { name: cluster }: Cluster,
  seen: AnsweringNode[],
  status: StatusEvent,
): Problem[] {
  const states = seen.flatMap(({ view: { state } }) => state ?? [])
  const maintenance = states.some(state => state.maintenance)
  const unmanaged = status.resources
    .filter(({ remarks }) => remarks.includes('unmanaged'))
    .map(({ id }) => ({ name: id }))
  const withoutFeatureSet = [...new Set(states.flatMap(withoutAttributes))]
  const leftovers = [...new Set(seen.flatMap(({ view }) => view.leftovers))]
  return [
    ...(maintenance
      ? [
          warning(
            `${cluster} is in maintenance mode: nothing is started, stopped or monitored`,
            '`crm maintenance off` ends it',
          ),
        ]
      : []),
    ...[...stoppedByAdmin(seen)].map(id =>
      warning(`${id} is stopped by target-role`, `\`crm resource start ${id}\` ends it`),
    ),
    ...[...demotedByAdmin(seen)].map(([id, clone]) =>
      warning(`${id} is kept from being promoted by target-role`, `\`crm resource promote ${clone}\` ends it`),
    ),
    ...(unmanaged.length > 0 && !maintenance ? [warning(`not managed: ${namesOf(unmanaged)}`)] : []),
    ...leftovers.map(id =>
      warning(`${id} is left over from \`crm resource move\` or \`ban\``, '`crm resource clear` removes it'),
    ),
    ...(states.some(isMixed) ? [warning('the nodes have different versions of Pacemaker')] : []),
    ...(withoutFeatureSet.length > 0
      ? [
          warning(
            `the CIB lacks the attributes of ${withoutFeatureSet.join(', ')}`,
            '`ha-run pacemaker` writes them again if they were lost; an older Pacemaker has none',
          ),
        ]
      : []),
  ]
}
