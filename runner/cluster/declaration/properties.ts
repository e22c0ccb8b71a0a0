import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import type { Cluster } from './declaration.js'

/** Properties that Pacemaker writes itself or that are declared elsewhere, with where. */
const notDeclarable: Record<string, string> = {
  'stonith-enabled': 'Declare it as "fencing" of the cluster.',
  'fencing-enabled': 'Declare it as "fencing" of the cluster.',
  'cluster-name': 'Declare it as "name" of the cluster.',
  'cluster-infrastructure': 'Pacemaker writes it itself.',
  'dc-version': 'Pacemaker writes it itself.',
  'have-watchdog': 'Pacemaker writes it itself.',
}

/** With `default`, Pacemaker does not compare utilization (Pacemaker Explained, Utilization and Placement Strategy). */
const placementStrategies = ['default', 'utilization', 'minimal', 'balanced']

/**
 * The cluster's properties. `fencing: disabled` adds stonith-enabled=false, since Pacemaker starts nothing if fencing
 * is enabled and there is no device. `fencing: kept` adds nothing, and with devices the role fencing enables it, once each has
 * answered.
 *
 * @throws InventoryError for a property that is declared elsewhere.
 */
export function completeProperties(
  declared: Record<string, string>,
  fencing: Cluster['fencing'],
  origin: Origin,
): Record<string, string> {
  for (const name of Object.keys(declared)) {
    if (Object.hasOwn(notDeclarable, name)) {
      throw origin.at(name).key.error(`the property "${name}" cannot be set here`, notDeclarable[name])
    }
  }
  const strategy = declared['placement-strategy']
  if (strategy !== undefined && !placementStrategies.includes(strategy)) {
    throw origin
      .at('placement-strategy')
      .error(
        `expected one of ${placementStrategies.join(', ')}, got "${strategy}"`,
        didYouMean(strategy, placementStrategies, 'Strategies'),
      )
  }
  return fencing === 'disabled' ? { 'stonith-enabled': 'false', ...declared } : { ...declared }
}
