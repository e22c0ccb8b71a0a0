import { sh } from '../../ssh/quote.js'
import { attribute, elementsOf, firstOf, newElement, parseXml, renderXml } from './xml.js'

/**
 * Emptying a node before its daemons are restarted. Our standby bears a mark, a node attribute that stays in the CIB,
 * so that a run that was killed is finished by the next one, and an admin's own standby is never taken back.
 */
export const drainMark = 'ha-run-drained'

/** The mark comes first: a standby without it would be taken for an admin's. */
export function drainScript(node: string): string {
  return sh`set -e
crm_attribute -N ${node} -n ${drainMark} -l forever -v true
crm_attribute -N ${node} -n standby -l forever -v on`
}

/** The mark goes last: interrupted between the two, the next run still knows whose standby it was. */
export function readmitScript(node: string): string {
  return sh`set -e
crm_attribute -N ${node} -n standby -l forever -D
crm_attribute -N ${node} -n ${drainMark} -l forever -D`
}

/** The CIB as it would be with a node in standby: to ask Pacemaker what it would do. */
export function withStandby(cib: string, node: string): string {
  const root = parseXml(cib)
  const element = elementsOf(firstOf(root, 'configuration', 'nodes'), 'node').find(each => attribute(each, 'uname') === node)
  const pair = newElement('nvpair', { id: `${drainMark}-forecast-standby`, name: 'standby', value: 'on' })
  element?.appendChild(newElement('instance_attributes', { id: `${drainMark}-forecast` }, [pair]))
  return renderXml(root)
}

/**
 * The nodes that bear our mark.
 *
 * @param cib - what `cibadmin -Q` prints.
 */
export function drainedNodes(cib: string): string[] {
  // Nearly always there is none, and then the CIB need not be parsed.
  if (!cib.includes(drainMark)) return []
  return elementsOf(firstOf(parseXml(cib), 'configuration', 'nodes'), 'node')
    .filter(node => elementsOf(node, 'instance_attributes').flatMap(set => elementsOf(set, 'nvpair')).some(pair => attribute(pair, 'name') === drainMark))
    .map(node => attribute(node, 'uname') ?? '')
}
