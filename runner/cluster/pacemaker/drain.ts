import { sh } from '../../ssh/quote.js'
import type { Remote } from '../../ssh/remote.js'
import { attribute, elementsOf, firstOf, newElement, parseXml, renderXml } from './xml.js'

/**
 * A node is drained before its daemons are restarted: it is set to standby. ha-run marks its own standby with a node attribute in
 * the CIB, so that the next run ends the standby of a run that was killed, and never an admin's.
 */
export const drainMark = 'ha-run-drained'

/** Sets the mark first: a standby without the mark would be taken for an admin's. */
export function drainScript(node: string): string {
  return sh`set -e
crm_attribute -N ${node} -n ${drainMark} -l forever -v true
crm_attribute -N ${node} -n standby -l forever -v on`
}

/** Removes the mark last: if the run is interrupted between the two commands, the next run still knows whose standby it is. */
export function readmitScript(node: string): string {
  return sh`set -e
crm_attribute -N ${node} -n standby -l forever -D
crm_attribute -N ${node} -n ${drainMark} -l forever -D`
}

export async function beginStandby($: Remote, node: string): Promise<void> {
  await $({ timeout: '30s' }).script(drainScript(node))
}

export async function endStandby($: Remote, node: string): Promise<void> {
  await $({ timeout: '30s' }).script(readmitScript(node))
}

/** The CIB with a node in standby, for a forecast by crm_simulate. */
export function withStandby(cib: string, node: string): string {
  const root = parseXml(cib)
  const element = elementsOf(firstOf(root, 'configuration', 'nodes'), 'node').find(
    each => attribute(each, 'uname') === node,
  )
  const pair = newElement('nvpair', { id: `${drainMark}-forecast-standby`, name: 'standby', value: 'on' })
  element?.appendChild(newElement('instance_attributes', { id: `${drainMark}-forecast` }, [pair]))
  return renderXml(root)
}

/**
 * The nodes that ha-run has drained.
 *
 * @param cib - what `cibadmin -Q` prints.
 */
export function drainedNodes(cib: string): string[] {
  // There is rarely one, and without one the CIB need not be parsed.
  if (!cib.includes(drainMark)) return []
  return elementsOf(firstOf(parseXml(cib), 'configuration', 'nodes'), 'node')
    .filter(node =>
      elementsOf(node, 'instance_attributes')
        .flatMap(set => elementsOf(set, 'nvpair'))
        .some(pair => attribute(pair, 'name') === drainMark),
    )
    .map(node => attribute(node, 'uname') ?? '')
}
