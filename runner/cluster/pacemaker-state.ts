import type { Difference } from '../engine/events.js'
import { until } from '../engine/until.js'
import type { ClusterState } from './crm-mon.js'
import { clusterState } from './facts.js'
import { readOnAll, reachable, type ClusterMember, type Scope } from './members.js'

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
export async function startPacemaker(stopped: ClusterMember[]): Promise<void> {
  await Promise.all(stopped.map(({ $ }) => $({ timeout: 90 })`systemctl reset-failed pacemaker.service; systemctl start pacemaker.service`))
}

/** Waits until these nodes see a DC with quorum and each other online; as long as one does not, the others are not asked. */
export async function untilOnline(members: ClusterMember[], { abandon }: Pick<Scope, 'abandon'>): Promise<void> {
  await until(`a DC, and ${members.map(({ name }) => name).join(', ')} online`, electionTime, async () => {
    for (const member of members) member.changed()
    const [first] = reachable(members)
    if (first && pacemakerLacks(members, [[first, await first.read(clusterState)]]).length > 0) return undefined
    return pacemakerLacks(members, await pacemakerViews(members)).length === 0 ? true : undefined
  }, { hint: '`crm_mon -1` and `journalctl -u pacemaker` on the nodes say more', abandon })
}

/** The cluster as a node of it sees it now; undefined where Pacemaker runs nowhere. */
export async function stateOf({ members }: Pick<Scope, 'members'>): Promise<ClusterState | undefined> {
  for (const member of members) member.changed()
  const views = (await readOnAll(members, clusterState)).flatMap(([member, state]) => state ? [[member, state] as const] : [])
  // The DC decides, so that its view is the one to go by.
  return (views.find(([{ name }, { dc }]) => dc === name) ?? views[0])?.[1]
}

/** Whether all that ran before runs; instances of clones that ran on more nodes may be fewer while one is empty. */
export function runsAll(now: ClusterState, before: ClusterState, isOneEmpty = false): boolean {
  const instances = ({ resources }: ClusterState, wanted: string) => resources.filter(({ id, active, failed }) => id === wanted && active && !failed).length
  return before.resources.every(({ id }) => {
    const former = instances(before, id)
    return instances(now, id) >= (isOneEmpty && former > 1 ? 1 : former)
  })
}
