import type { Remote } from '../../ssh/remote.js'
import { attribute, elementsOf, firstOf, newElement, readXml, renderXml, type Element } from './xml.js'

/**
 * A cluster property that a run sets temporarily. It is in a property set with an id of ha-run's own, so that one change sets
 * it, one removes it, and it is never confused with an admin's setting.
 */
export interface TemporaryProperty {
  /** The id of the property set. */
  set: string
  name: string
  value: string
}

/**
 * Lets the resources run on while Pacemaker and Corosync are stopped: in maintenance mode, Pacemaker leaves them running when
 * it stops and finds them again when it starts ("Detach" in Pacemaker's own advice on upgrades).
 */
export const detached: TemporaryProperty = { set: 'ha-run-full-stop', name: 'maintenance-mode', value: 'true' }

/**
 * How long a cluster that starts for the first time waits for other nodes before it elects a DC: 20 s by default, although all
 * nodes have joined already. Never 0, which means no limit (docs/facts.md, Pacemaker).
 */
export const firstElection: TemporaryProperty = { set: 'ha-run-first-start', name: 'dc-deadtime', value: '1s' }

/** The property set, as `cibadmin --create` takes it. */
export function propertySetXml({ set, name, value }: TemporaryProperty): string {
  return renderXml(
    newElement('cluster_property_set', { id: set }, [newElement('nvpair', { id: `${set}-${name}`, name, value })]),
  )
}

export async function setProperty($: Remote, property: TemporaryProperty): Promise<void> {
  await $({ timeout: '30s' })`cibadmin --create --scope crm_config --xml-text ${propertySetXml(property)}`
}

export async function unsetProperty($: Remote, { set }: TemporaryProperty): Promise<void> {
  const xml = renderXml(newElement('cluster_property_set', { id: set }))
  await $({ timeout: '30s' })`cibadmin --delete --scope crm_config --xml-text ${xml}`
}

/** Whether ha-run's own property is set. @param cib - what `cibadmin -Q` prints. */
export function isSet({ set }: TemporaryProperty, cib: string): boolean {
  // It rarely is, and then the CIB need not be parsed.
  return cib.includes(set) && propertySets(cib).some(element => attribute(element, 'id') === set)
}

export function propertySets(cib: string): Element[] {
  return elementsOf(firstOf(readXml(cib), 'configuration', 'crm_config'), 'cluster_property_set')
}
