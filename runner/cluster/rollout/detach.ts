import { until } from '../../tasks/until.js'
import type { ClusterMember, Scope } from '../members.js'
import { servicesIn, type ClusterState } from '../pacemaker/crm-mon.js'
import { detached, isSet, propertySets, setProperty } from '../pacemaker/temporary-property.js'
import { attribute, elementsOf } from '../pacemaker/xml.js'
import { ledViews, missing, stateOf, untilNoneLeft, untilOnline } from './pacemaker-state.js'
import type { Leftover } from './take-back.js'
import { cibsOfAllParts, endTemporaryProperty } from './temporary-settings.js'

/**
 * While the cluster is detached, Pacemaker is in maintenance mode: it starts, stops and moves nothing, and fences nobody.
 * What runs keeps running, also while Pacemaker or Corosync is stopped.
 */

/** Time for the probes of all resources on all nodes. */
const probeTimeoutSeconds = 60

/** Agents of resources that are part of the ring themselves and cannot run without Corosync. */
const needsCorosync = /^ocf:(pacemaker:(controld|o2cb)|heartbeat:clvm)$/

/**
 * Whether the resources can keep running while Corosync is stopped: none of them needs it, and no other property set
 * switches maintenance mode off, which would take precedence over ha-run's own set.
 */
export function canDetach({ resources }: ClusterState, cib: string): boolean {
  return (
    !resources.some(({ active, agent }) => active && needsCorosync.test(agent)) &&
    !propertySets(cib)
      .flatMap(set => elementsOf(set, 'nvpair'))
      .some(pair => attribute(pair, 'name') === 'maintenance-mode' && attribute(pair, 'value') !== 'true')
  )
}

/**
 * Detaches the cluster.
 *
 * @returns the state before, with the resources that keep running; undefined if Pacemaker does not run or cannot be
 *   detached.
 * @throws TaskError if the cluster does not enter maintenance mode; then it is as before.
 */
export async function detach(
  scope: Pick<Scope, 'members' | 'abandon' | 'progress'>,
): Promise<ClusterState | undefined> {
  const state = await stateOf(scope)
  const parts = await cibsOfAllParts(scope)
  if (!state || parts.length === 0 || parts.some(({ cib }) => !canDetach(state, cib))) return undefined
  try {
    for (const { member, cib } of parts) if (!isSet(detached, cib)) await setProperty(member.$, detached)
    await until(
      'maintenance mode',
      30,
      async () => (await ledViews(scope)).every(([, { maintenance }]) => maintenance) || undefined,
      scope,
    )
  } catch (error) {
    await endTemporaryProperty(detached, scope).catch(() => {})
    throw error
  }
  // Pacemaker starts a fencing device again only when maintenance mode has ended.
  return { ...state, resources: servicesIn(state) }
}

/** Ends maintenance mode once Pacemaker has found all resources again. It then recovers those that failed meanwhile. */
export async function attach(before: ClusterState, scope: Scope): Promise<void> {
  try {
    await untilNoneLeft(
      'pacemaker to find the resources that run',
      probeTimeoutSeconds,
      scope,
      now => missing(now, before),
      '`crm_mon -1rf` shows which resources do not run',
    )
  } finally {
    await endTemporaryProperty(detached, scope)
  }
}

/**
 * Best effort after a failure, and after the second Ctrl-C too: ends maintenance mode once Pacemaker sees all of these
 * nodes. Earlier, it would start resources elsewhere that still run on a node it does not see.
 *
 * @returns what could not be put right; the next run ends it.
 */
export async function attachAfterFailure(
  withPacemaker: ClusterMember[],
  { members, progress }: Scope,
): Promise<Leftover[]> {
  const patient = { members, progress, abandon: new AbortController().signal }
  try {
    await untilOnline(withPacemaker, patient)
    await endTemporaryProperty(detached, patient)
    return []
  } catch {
    return [
      { text: 'the cluster is still in the maintenance mode that ha-run has set', remedy: '`ha-run site` ends it' },
    ]
  }
}
