import type { NodeValues } from '../declaration/declaration.js'
import { attribute, elementsOf, firstOf } from '../pacemaker/xml.js'
import { ownId, type CibDraft } from './draft.js'
import { putNvpairs } from './nvpairs.js'

/**
 * Adds or corrects declared attributes and utilization of nodes, with the ids of crm_attribute. What is not declared stays: an admin's
 * standby above all. A node that has not joined yet is not in the CIB: the first run after it has joined adds its values.
 */
export function putNodeValues(draft: CibDraft, declared: NodeValues[]): void {
  const nodes = elementsOf(firstOf(draft.configuration, 'nodes'), 'node')
  for (const { node, attributes, utilization } of declared) {
    const holder = nodes.find(element => attribute(element, 'uname') === node)
    if (holder === undefined) continue
    const setId = `nodes-${ownId(holder)}`
    const subject = `node ${node}`
    putNvpairs(draft, { holder, set: 'instance_attributes', setId, subject: `${subject} attribute` }, attributes)
    putNvpairs(
      draft,
      { holder, set: 'utilization', setId: `${setId}-utilization`, subject: `${subject} utilization` },
      utilization,
    )
  }
}
