import type { ClusterState } from '../pacemaker/crm-mon.js'
import { propertySets } from '../pacemaker/temporary-property.js'
import { attribute, elementsOf } from '../pacemaker/xml.js'

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
