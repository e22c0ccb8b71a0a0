import { sh } from '../../ssh/quote.js'
import { attribute, elementsOf, firstOf, parseXml, type Element } from './xml.js'

/**
 * A cluster property that a run of ours sets for a while. It stands in a property set with an id of our own, so that one
 * change sets it, one takes it back, and an admin's own setting is never mistaken for it.
 */
export interface PassingProperty {
  /** The id of the set. */
  set: string
  name: string
  value: string
}

/**
 * Lets the resources run on while Pacemaker and Corosync are away: in maintenance mode Pacemaker leaves them as they are
 * when it stops, and finds them again when it starts ("Detach" in Pacemaker's own advice on upgrades).
 */
export const detached: PassingProperty = { set: 'ha-run-full-stop', name: 'maintenance-mode', value: 'true' }

/**
 * A cluster that starts for the first time waits this long for other nodes before it elects a DC: 20 s, where all nodes
 * have joined already. Never 0, which means for ever (cluster-facts C10).
 */
export const firstElection: PassingProperty = { set: 'ha-run-first-start', name: 'dc-deadtime', value: '1s' }

export function setScript({ set, name, value }: PassingProperty): string {
  return sh`cibadmin --create --scope crm_config --xml-text ${`<cluster_property_set id="${set}"><nvpair id="${set}-${name}" name="${name}" value="${value}"/></cluster_property_set>`}`
}

export function endScript({ set }: PassingProperty): string {
  return sh`cibadmin --delete --scope crm_config --xml-text ${`<cluster_property_set id="${set}"/>`}`
}

/** Whether our property is set. @param cib - what `cibadmin -Q` prints. */
export function isSet({ set }: PassingProperty, cib: string): boolean {
  // Nearly always it is not, and then the CIB need not be parsed.
  return cib.includes(set) && propertySets(cib).some(element => attribute(element, 'id') === set)
}

export function propertySets(cib: string): Element[] {
  return elementsOf(firstOf(parseXml(cib), 'configuration', 'crm_config'), 'cluster_property_set')
}
