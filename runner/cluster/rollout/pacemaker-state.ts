import type { Difference } from '../../tasks/difference.js'
import { until } from '../../tasks/until.js'
import type { ClusterState } from '../pacemaker/crm-mon.js'
import { clusterState } from '../pacemaker/facts.js'
import { on, readOnAll, reachable, type ClusterMember, type Scope } from '../members.js'

/** Seconds: a fresh cluster waits 20 for peers (`dc-deadtime`) before it elects, and a Raspberry Pi is slow. */
const electionTime = 90

export async function pacemakerViews(members: ClusterMember[]): Promise<[ClusterMember, ClusterState | undefined][]> {
  return readOnAll(members, clusterState)
}

/** What each node's own Pacemaker lacks. A node in standby or maintenance is online: an admin may mean that. */
export function pacemakerLacks(members: ClusterMember[], seen: [ClusterMember, ClusterState | undefined][]): Difference[] {
  const silent = seen.filter(([, state]) => state === undefined)
  const views = seen.flatMap(([, state]) => state ?? [])
  const expected = reachable(members).map(({ name }) => name)
  const offline = expected.filter(name => views.some(({ nodes }) => !nodes.some(node => node.name === name && node.online && !node.pending)))
  return [
    ...silent.map(([{ name }]) => ({ subject: `pacemaker on ${name}`, from: 'not running', to: 'running' })),
    ...(views.some(({ dc }) => dc === undefined) ? [{ subject: 'DC', from: undefined, to: 'elected' }] : []),
    ...(views.some(({ dc, quorate }) => dc !== undefined && !quorate) ? [{ subject: 'quorum', from: 'no', to: 'yes' }] : []),
    ...offline.map(name => ({ subject: name, from: 'offline', to: 'online' })),
  ]
}

/** Starts Pacemaker on these nodes at once: one alone has no quorum, and its start would seem to hang. */
export async function startPacemaker(stopped: ClusterMember[], { progress }: Pick<Scope, 'progress'>): Promise<void> {
  if (stopped.length > 0) progress(on('starting pacemaker', stopped))
  await Promise.all(stopped.map(({ $ }) => $({ timeout: '90s' })`systemctl reset-failed pacemaker.service; systemctl start pacemaker.service`))
}

/** Waits until these nodes see a DC with quorum and each other online; as long as one does not, the others are not asked. */
export async function untilOnline(members: ClusterMember[], { abandon, progress }: Pick<Scope, 'abandon' | 'progress'>): Promise<void> {
  await until(`a DC and ${members.length} nodes online`, electionTime, async say => {
    for (const member of members) member.changed()
    const [first] = reachable(members)
    const before = first ? pacemakerLacks(members, [[first, await first.read(clusterState)]]) : []
    const lacks = before.length > 0 ? before : pacemakerLacks(members, await pacemakerViews(members))
    say(lacks.map(({ subject, from = 'no' }) => from === 'no' ? `no ${subject}` : `${subject} ${from}`).join(', '))
    return lacks.length === 0 ? true : undefined
  }, { hint: '`crm_mon -1` and `journalctl -u pacemaker` on the nodes say more', abandon, progress })
}

/** The cluster as a node of it sees it now; undefined where Pacemaker runs nowhere. */
export async function stateOf({ members }: Pick<Scope, 'members'>): Promise<ClusterState | undefined> {
  for (const member of members) member.changed()
  const views = (await readOnAll(members, clusterState)).flatMap(([member, state]) => state ? [[member, state] as const] : [])
  // The DC decides, so that its view is the one to go by.
  return (views.find(([{ name }, { dc }]) => dc === name) ?? views[0])?.[1]
}

/**
 * Waits until nothing is left to wait for.
 *
 * @param left - names of the resources that are, by the cluster's state.
 */
export async function untilNoneLeft(what: string, seconds: number, scope: Scope, left: (now: ClusterState) => string[], hint: string): Promise<void> {
  await until(what, seconds, async say => {
    const now = await stateOf(scope)
    const ids = now && [...new Set(left(now))]
    say(ids ? `not yet ${ids.join(', ')}` : 'pacemaker does not answer')
    return ids?.length === 0 ? true : undefined
  }, { hint, abandon: scope.abandon, progress: scope.progress })
}

/** What ran before and does not run; instances of clones that ran on more nodes may be fewer while one is empty. */
export function missing(now: ClusterState, before: ClusterState, isOneEmpty = false): string[] {
  const instances = ({ resources }: ClusterState, wanted: string) => resources.filter(({ id, active, failed }) => id === wanted && active && !failed).length
  return before.resources.map(({ id }) => id).filter(id => {
    const former = instances(before, id)
    return instances(now, id) < (isOneEmpty && former > 1 ? 1 : former)
  })
}
