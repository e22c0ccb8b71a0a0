import { sh } from '../../ssh/quote.js'
import type { Remote } from '../../ssh/remote.js'
import { attribute, elementsOf, findElement, firstOf, newElement, parseXml, readXml, renderXml } from './xml.js'

/**
 * A node is drained before its daemons are restarted: it is set to standby. The next run ends the standby of a run that was killed,
 * and never an admin's. A mark in the CIB, a node attribute, says who has drained the node. It applies only as long as the standby
 * has ha-run's own value: any tool that ends the standby or sets it again writes another value (docs/facts.md, Pacemaker).
 */
export const drainMark = 'ha-run-drained'

/** Pacemaker takes it for `on`; its own tools, crmsh and pcs write `on`, `off` and `true`. */
export const ownStandby = 'Yes'

/** Sets the mark first: a standby without it is an admin's, and it means nothing without the standby. @param run - who drains it. */
export function drainScript(node: string, run: string): string {
  return sh`set -e
crm_attribute -N ${node} -n ${drainMark} -l forever -v ${run}
crm_attribute -N ${node} -n standby -l forever -v ${ownStandby}`
}

/** Removes the mark, and the standby if it is still ha-run's, in one change of the CIB. Neither needs to be there. */
export function readmitScript(node: string): string {
  const attributes = `//nodes/node[@uname=${xpathText(node)}]/instance_attributes/nvpair`
  return sh`cibadmin --delete-all --force --xpath ${`${attributes}[@name='${drainMark}' or (@name='standby' and @value='${ownStandby}')]`}`
}

/** XPath has no escapes. */
function xpathText(text: string): string {
  return text.includes("'") ? `"${text}"` : `'${text}'`
}

export async function beginStandby($: Remote, node: string, run: string): Promise<void> {
  await $({ timeout: '30s' }).script(drainScript(node, run))
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

/** A node that ha-run has drained and not readmitted. */
export interface Drain {
  node: string
  /** Who has drained it, since when: `root@admin since 2026-11-29T12:00:00.000Z (run 1f2e3d4c)`. */
  by: string
}

/** For people who see the standby. */
export function drainedText({ node, by }: Drain): string {
  return `${node} is in standby, set by ha-run to restart it: ${by}`
}

/** The run may still be in progress. */
export const drainedHint = 'if that run has ended, `ha-run site` ends the standby it has left'

/** @param cib - what `cibadmin -Q` prints, or a part of it with the nodes. */
export function drainsIn(cib: string): Drain[] {
  return marksIn(cib).flatMap(({ node, by, applies }) => (applies ? { node, by } : []))
}

/** The nodes whose mark no longer applies: the standby was ended, or an admin has set it again. */
export function spentMarksIn(cib: string): string[] {
  return marksIn(cib).flatMap(({ node, applies }) => (applies ? [] : node))
}

function marksIn(cib: string): (Drain & { applies: boolean })[] {
  // There is rarely one, and without one the CIB need not be parsed.
  if (!cib.includes(drainMark)) return []
  const section = findElement(readXml(cib), ({ tagName }) => tagName === 'nodes')
  return elementsOf(section, 'node').flatMap(element => {
    const pairs = elementsOf(element, 'instance_attributes').flatMap(set => elementsOf(set, 'nvpair'))
    const valueOf = (name: string) =>
      attribute(
        pairs.find(pair => attribute(pair, 'name') === name),
        'value',
      )
    const by = valueOf(drainMark)
    const node = attribute(element, 'uname')
    return by === undefined || node === undefined ? [] : { node, by, applies: valueOf('standby') === ownStandby }
  })
}
