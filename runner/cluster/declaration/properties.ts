import type { Origin } from '../../inventory/origin.js'

/** Properties that Pacemaker writes itself, or that another key says. */
const managed: Record<string, string> = {
  'stonith-enabled': 'Say it as "fencing" of the cluster.',
  'fencing-enabled': 'Say it as "fencing" of the cluster.',
  'cluster-name': 'Say it as "name" of the cluster.',
  'cluster-infrastructure': 'Pacemaker writes it itself.',
  'dc-version': 'Pacemaker writes it itself.',
  'have-watchdog': 'Pacemaker writes it itself.',
}

/**
 * The cluster's properties, with what `fencing: disabled` means for Pacemaker: with fencing on and no device it starts
 * nothing. What is kept is not spoken of.
 *
 * Throws an InventoryError for a property that is said elsewhere.
 */
export function completeProperties(declared: Record<string, string>, isFencingKept: boolean, origin: Origin): Record<string, string> {
  for (const name of Object.keys(declared)) {
    if (Object.hasOwn(managed, name)) {
      throw origin.at(name).key.error(`the property "${name}" cannot be set here`, managed[name])
    }
  }
  return isFencingKept ? { ...declared } : { 'stonith-enabled': 'false', ...declared }
}
