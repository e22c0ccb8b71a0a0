import type { Difference } from '../../tasks/difference.js'
import { until } from '../../tasks/until.js'
import { promotedIn, servicesIn, type ClusterState } from '../pacemaker/crm-mon.js'
import { clusterState } from '../pacemaker/facts.js'
import { onNodes, readOnAll, reachable, type ClusterMember, type Scope } from '../members.js'

/** A new cluster waits 20 s for peers (`dc-deadtime`) before it elects a DC, and a Raspberry Pi is slow. */
const electionTimeoutSeconds = 90

export async function pacemakerViews(members: ClusterMember[]): Promise<[ClusterMember, ClusterState | undefined][]> {
  return readOnAll(members, clusterState)
}

/**
 * What each node's own Pacemaker lacks. Standby and maintenance count as online, since an admin may have set them.
 *
 * @param reasonFor - why a node's Pacemaker does not answer; undefined if another difference shows it.
 */
export function pacemakerLacks(
  members: ClusterMember[],
  states: [ClusterMember, ClusterState | undefined][],
  reasonFor: (member: ClusterMember) => string | undefined = () => 'not running',
): Difference[] {
  const silent = states.filter(([, state]) => state === undefined)
  const views = states.flatMap(([, state]) => state ?? [])
  const expected = reachable(members).map(({ name }) => name)
  const offline = expected.filter(name =>
    views.some(({ nodes }) => !nodes.some(node => node.name === name && node.online && !node.pending)),
  )
  return [
    ...silent.flatMap(([member]) => {
      const from = reasonFor(member)
      return from === undefined ? [] : [{ subject: `pacemaker on ${member.name}`, from, to: 'running' }]
    }),
    ...(views.some(({ dc }) => dc === undefined) ? [{ subject: 'DC', from: undefined, to: 'elected' }] : []),
    ...(views.some(({ dc, quorate }) => dc !== undefined && !quorate)
      ? [{ subject: 'quorum', from: 'no', to: 'yes' }]
      : []),
    ...offline.map(name => ({ subject: name, from: 'offline', to: 'online' })),
  ]
}

/** Starts Pacemaker on these nodes together: a single node would have no quorum, and its start would seem to hang. */
export async function startPacemaker(stopped: ClusterMember[], { progress }: Pick<Scope, 'progress'>): Promise<void> {
  if (stopped.length > 0) progress(onNodes('starting pacemaker', stopped))
  await Promise.all(
    stopped.map(
      ({ $ }) => $({ timeout: '90s' })`systemctl reset-failed pacemaker.service; systemctl start pacemaker.service`,
    ),
  )
}

/** Waits until these nodes see a DC, quorum and each other online. Queries the others only once the first one does. */
export async function untilOnline(
  members: ClusterMember[],
  { abandon, progress }: Pick<Scope, 'abandon' | 'progress'>,
): Promise<void> {
  await until(
    `a DC and ${members.length} nodes online`,
    electionTimeoutSeconds,
    async report => {
      for (const member of members) member.changed()
      const [first] = reachable(members)
      const firstLacks = first ? pacemakerLacks(members, [[first, await first.read(clusterState)]]) : []
      const lacks = firstLacks.length > 0 ? firstLacks : pacemakerLacks(members, await pacemakerViews(members))
      report(
        lacks.map(({ subject, from = 'no' }) => (from === 'no' ? `no ${subject}` : `${subject} ${from}`)).join(', '),
      )
      return lacks.length === 0 ? true : undefined
    },
    { hint: 'see `crm_mon -1` and `journalctl -u pacemaker` on the nodes', abandon, progress },
  )
}

/** The cluster as one of its nodes sees it now; undefined if Pacemaker runs nowhere. */
export async function stateOf(scope: Pick<Scope, 'members'>): Promise<ClusterState | undefined> {
  const views = await viewsNow(scope)
  // The DC makes the decisions, so its view takes precedence; where nodes are apart, that of the part that runs the service.
  const ofLeaders = views.filter(([{ name }, { dc }]) => dc === name)
  return (ofLeaders.find(([, { quorate }]) => quorate) ?? ofLeaders[0] ?? views[0])?.[1]
}

/** The views of all nodes that have a DC, now; that of one node if none has. */
export async function ledViews(scope: Pick<Scope, 'members'>): Promise<[ClusterMember, ClusterState][]> {
  const views = await viewsNow(scope)
  const led = views.filter(([, { dc }]) => dc !== undefined)
  return led.length > 0 ? led : views.slice(0, 1)
}

async function viewsNow({ members }: Pick<Scope, 'members'>): Promise<[ClusterMember, ClusterState][]> {
  for (const member of members) member.changed()
  return (await pacemakerViews(members)).flatMap(([member, state]): [ClusterMember, ClusterState][] =>
    state ? [[member, state]] : [],
  )
}

/**
 * Waits until no resource is left to wait for.
 *
 * @param remaining - the ids of the resources to wait for, by the state of the cluster.
 */
export async function untilNoneLeft(
  event: string,
  timeoutSeconds: number,
  scope: Scope,
  remaining: (now: ClusterState) => string[],
  hint: string,
): Promise<void> {
  await until(
    event,
    timeoutSeconds,
    async report => {
      const now = await stateOf(scope)
      const ids = now && [...new Set(remaining(now))]
      report(ids ? `not yet ${ids.join(', ')}` : 'pacemaker does not answer')
      return ids?.length === 0 ? true : undefined
    },
    { hint, abandon: scope.abandon, progress: scope.progress },
  )
}

/** Waits until all resources that ran before run again. */
export async function untilRunningAgain(before: ClusterState, timeoutSeconds: number, scope: Scope): Promise<void> {
  await untilNoneLeft(
    'all resources to run again',
    timeoutSeconds,
    scope,
    now => missing(now, before),
    '`crm_mon -1rf` shows what does not start',
  )
}

/**
 * The ids of the resources that ran before and do not run now; `DB (promoted)` if an instance was promoted before and is not now.
 *
 * @param isOneDrained - while a node is drained, a clone that ran on several nodes needs only one instance, and a fencing device
 * that no other node may run is not missed: it fences the other node, and that one is alone with the service.
 */
export function missing(now: ClusterState, before: ClusterState, isOneDrained = false): string[] {
  const instances = ({ resources }: ClusterState, wanted: string) =>
    resources.filter(({ id, active, failed }) => id === wanted && active && !failed).length
  const isFewer = (count: number, former: number) => count < (isOneDrained && former > 1 ? 1 : former)
  const ids = (isOneDrained ? servicesIn(before) : before.resources).map(({ id }) => id)
  return [
    ...ids.filter(id => isFewer(instances(now, id), instances(before, id))),
    ...[...promotedIn(before)]
      .filter(([id, nodes]) => ids.includes(id) && isFewer(promotedIn(now).get(id)?.length ?? 0, nodes.length))
      .map(([id]) => `${id} (promoted)`),
  ]
}
