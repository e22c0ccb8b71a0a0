import type { ClusterState } from '../pacemaker/crm-mon.js'
import { propertySets } from '../pacemaker/temporary-property.js'
import { elementsOf } from '../pacemaker/xml.js'

/** Agents of resources that are themselves a part of the ring: without Corosync they cannot run on. */
const ringBound = /^ocf:(pacemaker:(controld|o2cb)|heartbeat:clvm)$/

/**
 * Whether the resources can run on while Corosync is away: none of them needs it, and nobody has said no to maintenance
 * mode in Pacemaker's first property set, which would win over ours.
 */
export function canDetach({ resources }: ClusterState, cib: string): boolean {
  return !resources.some(({ active, agent }) => active && ringBound.test(agent))
    && !propertySets(cib).flatMap(set => elementsOf(set, 'nvpair'))
      .some(({ attributes }) => attributes.get('name') === 'maintenance-mode' && attributes.get('value') !== 'true')
}
