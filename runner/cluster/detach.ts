import { sh } from '../transport/quote.js'
import type { ClusterState } from './crm-mon.js'
import { elementsOf, firstOf, newElement, parseXml, type Element } from './xml.js'

/**
 * Letting the resources run on while Pacemaker and Corosync are away: in maintenance mode Pacemaker leaves them as
 * they are when it stops, and finds them again when it starts ("Detach" in Pacemaker's own advice on upgrades). Ours
 * is a property set with an id of our own, so that one change sets it, one takes it back, and an admin's maintenance
 * mode is never mistaken for it.
 */
export const detachedSet = 'ha-run-full-stop'

export function detachScript(): string {
  return sh`cibadmin --create --scope crm_config --xml-text ${`<cluster_property_set id="${detachedSet}"><nvpair id="${detachedSet}-maintenance-mode" name="maintenance-mode" value="true"/></cluster_property_set>`}`
}

export function attachScript(): string {
  return sh`cibadmin --delete --scope crm_config --xml-text ${`<cluster_property_set id="${detachedSet}"/>`}`
}

/** Whether our maintenance mode is set. @param cib - what `cibadmin -Q` prints. */
export function isDetached(cib: string): boolean {
  return propertySets(cib).some(set => set.attributes.get('id') === detachedSet)
}

/** Agents of resources that are themselves a part of the ring: without Corosync they cannot run on. */
const ringBound = /^ocf:(pacemaker:(controld|o2cb)|heartbeat:clvm)$/

/**
 * Whether the resources can run on: none of them needs Corosync, and nobody has said no to maintenance mode in
 * Pacemaker's first property set, which would win over ours.
 */
export function canDetach({ resources }: ClusterState, cib: string): boolean {
  return !resources.some(({ active, agent }) => active && ringBound.test(agent))
    && !propertySets(cib).flatMap(set => elementsOf(set, 'nvpair'))
      .some(({ attributes }) => attributes.get('name') === 'maintenance-mode' && attributes.get('value') !== 'true')
}

function propertySets(cib: string): Element[] {
  const configuration = firstOf(parseXml(cib), 'configuration')
  return elementsOf(firstOf(configuration, 'crm_config') ?? newElement('crm_config'), 'cluster_property_set')
}
