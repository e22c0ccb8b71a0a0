import { TaskError } from '../../errors.js'
import type { Difference } from '../../tasks/difference.js'
import type { Cmap } from '../corosync/cmap.js'
import { loadedKeyEntry, type CorosyncState } from '../corosync/state.js'
import { readOnAll, type Scope } from '../members.js'
import { clusterState } from '../pacemaker/facts.js'
import { attach, attachAfterFailure, canDetach, detach } from './detach.js'
import { pacemakerViews, untilOnline } from './pacemaker-state.js'
import { isOneRing, type RingView } from './ring-watch.js'
import { withLeftovers } from './take-back.js'
import { cibOf } from './temporary-settings.js'

/**
 * A reload that changes encryption or the authkey. A node sends with the new key as soon as it has loaded it, and another
 * one that is still loading cannot read that. If it misses the wrong messages, the ring breaks for some seconds, and both
 * halves would start the services or fence each other (docs/facts.md, Authkey). So Pacemaker is in maintenance mode
 * meanwhile.
 */

/** Whether Corosync has loaded another authkey than the node's file: a reload makes all nodes load theirs together. */
export function hasOtherKey(node: CorosyncState): boolean {
  return node.cmap?.has(loadedKeyEntry) === true && mayHaveOtherKey(node)
}

/** Also if nobody has recorded which key it has loaded, as after a reboot. */
export function mayHaveOtherKey({ cmap, keyHash }: CorosyncState): boolean {
  return cmap !== undefined && cmap.get(loadedKeyEntry)?.value !== keyHash
}

const isEncryption = (setting: string): boolean => /^totem\.(crypto_|secauth|key)/.test(setting)

export function changesEncryption(changes: Difference[]): boolean {
  return changes.some(({ subject }) => isEncryption(subject))
}

/** Whether nodes may be in different rings only because they run with different keys or encryption, as after a reboot before the reload. */
export function mayBeSplitByKeys(running: CorosyncState[], { rings }: Pick<RingView, 'rings'>): boolean {
  return running.every(
    (node, at) =>
      rings[at] !== undefined &&
      running.every((other, otherAt) => rings[at] === rings[otherAt] || !areKnownToAgree(node, other)),
  )
}

/** False also if nobody has recorded which key one of them has loaded. */
function areKnownToAgree({ cmap: one }: CorosyncState, { cmap: other }: CorosyncState): boolean {
  const loaded = one?.get(loadedKeyEntry)?.value
  return (
    loaded !== undefined &&
    loaded === other?.get(loadedKeyEntry)?.value &&
    JSON.stringify(encryptionIn(one)) === JSON.stringify(encryptionIn(other))
  )
}

const encryptionIn = (cmap: Cmap | undefined) =>
  [...(cmap ?? [])].flatMap(([setting, { value }]) => (isEncryption(setting) ? [`${setting}=${value}`] : [])).toSorted()

/** What the change means for the service, as sentences. */
export async function forecastRekeying({ members }: Pick<Scope, 'members'>): Promise<string[]> {
  return (await readOnAll(members, clusterState)).some(([, state]) => state)
    ? [
        'Pacemaker is in maintenance mode while the nodes change keys: the resources keep running, and nothing monitors them meanwhile',
      ]
    : []
}

/** @throws TaskError if Pacemaker cannot leave the resources alone meanwhile, and the user has not allowed an outage. */
export async function refuseUnprotectedRekeying({ members, consent }: Scope): Promise<void> {
  if (consent.outage) return
  const [state] = (await readOnAll(members, clusterState)).flatMap(([, seen]) => seen ?? [])
  const source = await cibOf(members)
  if (!state || !source || canDetach(state, source.cib)) return
  throw unprotected('nothing was changed')
}

function unprotected(outcome: string): TaskError {
  return new TaskError(
    `the ring can break for some seconds while the nodes change keys, and maintenance mode cannot protect the resources meanwhile: ${outcome}`,
    {
      hint:
        'a resource needs Corosync itself (as DLM does), or a property set has maintenance-mode=false, which is to be removed; ' +
        '`--allow-outage` changes the keys without that protection',
    },
  )
}

/**
 * Reloads while Pacemaker is in maintenance mode, which ends once all nodes are in one ring again.
 *
 * @param ringsBefore - the rings as they were before the reload.
 * @param reload - returns for how many seconds the ring was broken.
 * @returns what became of the ring, as sentences.
 */
export async function whileRekeying(
  scope: Scope,
  ringsBefore: RingView,
  reload: () => Promise<number>,
): Promise<string[]> {
  const withPacemaker = (await pacemakerViews(scope.members)).flatMap(([member, state]) => (state ? [member] : []))
  const before = await detach(scope)
  // Another part of a cluster whose nodes are apart may have other resources than the one that was looked at before.
  if (!before && withPacemaker.length > 0 && !scope.consent.outage) throw unprotected('nothing was loaded')
  let brokenSeconds: number
  try {
    brokenSeconds = await reload()
    if (before && (brokenSeconds > 0 || !isOneRing(ringsBefore))) await untilOnline(withPacemaker, scope)
  } catch (error) {
    if (!before) throw error
    throw withLeftovers(error, 'the resources are managed again', await attachAfterFailure(withPacemaker, scope))
  }
  if (before) await attach(before, scope)
  if (brokenSeconds === 0) return []
  if (!isOneRing(ringsBefore)) return ['the nodes, which different keys had split, are in one ring again']
  return [
    `the ring broke for ${brokenSeconds.toFixed(0)} s while the nodes changed keys${before ? '; Pacemaker was in maintenance mode meanwhile, and nothing moved' : ''}`,
  ]
}
