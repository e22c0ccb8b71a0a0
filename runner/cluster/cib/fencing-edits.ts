import type { Cluster } from '../declaration/declaration.js'
import { candidate, type CibEdit } from './cib.js'
import { readDraft, isDevice, objectsIn, ownedIds, ownId } from './draft.js'
import { fencingProperties } from './fencing-properties.js'

/**
 * The two changes of the CIB by which a cluster gets fencing, or loses it: its devices, and the properties that switch fencing on.
 * The role fencing makes them one after the other: devices first where fencing is declared, and properties first where it is not.
 */

/** The edit that makes the devices, their locations and levels as declared, and nothing else. With `kept`, it changes nothing. */
export function devicesEdit({ fencing }: Cluster, { purge = false } = {}): CibEdit {
  if (fencing === 'kept') return text => ({ text, differences: [] })
  const devices = fencing === 'disabled' ? { devices: [], levels: {} } : fencing
  return cib => candidate(cib, { devices }, { purge })
}

/**
 * The edit that makes the properties of fencing as declared. `fencing: disabled` switches off what ha-run has switched on. On a
 * cluster without devices of ha-run's, it changes nothing: there the role pacemaker has these properties among all others.
 */
export function fencingPropertiesEdit(cluster: Cluster): CibEdit {
  const declared = fencingProperties(cluster)
  return cib => {
    const isOver = cluster.fencing === 'disabled'
    if (isOver && devicesIn(cib).own.length === 0) return { text: cib, differences: [] }
    return candidate(cib, { fencingProperties: { ...declared, ...(isOver && { 'stonith-enabled': 'false' }) } })
  }
}

/** The ids of the fencing devices that ha-run has added to a CIB or taken over, and of those that are somebody else's. */
export function devicesIn(cib: string): { own: string[]; foreign: string[] } {
  const draft = readDraft(cib)
  const owned = new Set(ownedIds(draft))
  const ids = objectsIn(draft, 'resources')
    .filter(isDevice)
    .flatMap(device => ownId(device) ?? [])
  return { own: ids.filter(id => owned.has(id)), foreign: ids.filter(id => !owned.has(id)) }
}
