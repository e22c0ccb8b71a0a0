import { until } from '../../tasks/until.js'
import { drainsIn, endStandby, spentMarksIn } from '../pacemaker/drain.js'
import { cibText } from '../pacemaker/facts.js'
import { ledViews } from './pacemaker-state.js'
import { reachable, type ClusterMember, type Scope } from '../members.js'
import { isSet, unsetProperty, type TemporaryProperty } from '../pacemaker/temporary-property.js'

/** Settings that ha-run makes in the CIB temporarily, and how a later run removes those of a run that was killed. */

interface Source {
  member: ClusterMember
  cib: string
}

/** The CIB, which nodes that are together share, from the first node whose Pacemaker answers; undefined if none does. */
export async function cibOf(members: ClusterMember[]): Promise<Source | undefined> {
  for (const member of reachable(members)) {
    const cib = await member.read(cibText)
    if (cib !== undefined) return { member, cib }
  }
  return undefined
}

/**
 * The CIB of each part of a cluster whose nodes are apart, from one of its nodes: a change reaches no other part. A part with
 * quorum comes first.
 */
export async function cibsOfAllParts({ members }: Pick<Scope, 'members'>): Promise<Source[]> {
  const views = (await ledViews({ members })).toSorted(
    ([, one], [, other]) => Number(other.quorate) - Number(one.quorate),
  )
  const parts = new Map<string | undefined, ClusterMember[]>()
  for (const [member, { dc }] of views) parts.set(dc, [...(parts.get(dc) ?? []), member])
  const sources = await Promise.all((parts.size === 0 ? [members] : [...parts.values()]).map(cibOf))
  return sources.flatMap(source => source ?? [])
}

/** The nodes that a run has drained and not readmitted. */
export async function drainedIn(members: ClusterMember[]): Promise<string[]> {
  const source = await cibOf(members)
  return source ? drainsIn(source.cib).map(({ node }) => node) : []
}

/** The nodes with a mark of a run whose standby somebody has ended or replaced. */
export async function spentMarksOn(members: ClusterMember[]): Promise<string[]> {
  const source = await cibOf(members)
  return source ? spentMarksIn(source.cib) : []
}

/** Ends every standby that has ha-run's mark, and no other; removes the marks. */
export async function readmitDrained({ members, abandon, progress }: Scope): Promise<void> {
  const source = await cibOf(members)
  if (!source) return
  const drained = drainsIn(source.cib).map(({ node }) => node)
  for (const node of [...drained, ...spentMarksIn(source.cib)]) await endStandby(source.member.$, node)
  await until(
    'the nodes to leave standby',
    30,
    async () => {
      for (const member of members) member.changed()
      return (await drainedIn(members)).length === 0 ? true : undefined
    },
    { abandon, progress },
  )
}

/** Whether a temporary property is still set. */
export async function isSetIn(members: ClusterMember[], property: TemporaryProperty): Promise<boolean> {
  const source = await cibOf(members)
  return source !== undefined && isSet(property, source.cib)
}

/** Removes ha-run's own setting of a property, and no other. */
export async function endTemporaryProperty(
  property: TemporaryProperty,
  scope: Pick<Scope, 'members' | 'abandon' | 'progress'>,
): Promise<void> {
  const setParts = async () => (await cibsOfAllParts(scope)).filter(({ cib }) => isSet(property, cib))
  const parts = await setParts()
  if (parts.length === 0) return
  for (const { member } of parts) await unsetProperty(member.$, property)
  await until(
    `the end of ${property.name}=${property.value}`,
    30,
    async () => ((await setParts()).length === 0 ? true : undefined),
    scope,
  )
}
