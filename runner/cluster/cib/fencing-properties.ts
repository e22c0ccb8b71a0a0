import type { Cluster } from '../declaration/declaration.js'

/** The cluster properties of fencing. They change apart from all others, in the role fencing. */

const names = ['stonith-enabled', 'stonith-action', 'priority-fencing-delay']

/** Whether this property belongs to fencing, under either name: Pacemaker 3.0.2 renames stonith-* to fencing-*. */
export function isFencingProperty(name: string): boolean {
  return names.includes(name.replace(/^fencing-/, 'stonith-'))
}

/** Whether this property switches fencing on and off. */
export function isFencingSwitch(name: string): boolean {
  return name === 'stonith-enabled' || name === 'fencing-enabled'
}

/**
 * The properties with which the cluster fences as it is declared. On a cluster that somebody else built, only what is declared
 * counts.
 */
export function fencingProperties({ fencing, foreign, explicit, properties }: Cluster): Record<string, string> {
  if (typeof fencing === 'string') {
    return Object.fromEntries(Object.entries(properties).filter(([name]) => isFencingProperty(name)))
  }
  const { delay } = fencing
  const action = foreign ? explicit.fencing?.action : fencing.action
  return {
    'stonith-enabled': 'true',
    ...(action !== undefined && { 'stonith-action': action }),
    ...(delay !== undefined && { 'priority-fencing-delay': delay }),
  }
}
