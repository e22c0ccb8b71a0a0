import type { Candidate } from './cib.js'
import { draftOf, resourceWith, tagWith } from './draft.js'
import { inventoryOwner, type Owner } from './owner.js'
import { primitivesIn } from './identity.js'
import { putNvpairs } from './nvpairs.js'
import { putValueOwnership } from './ownership.js'
import { attribute, firstOf, readXml, remove, renderXml } from '../pacemaker/xml.js'

/**
 * The first step of a change that removes primitives and adds others. Pacemaker does not order the stop of the one before the
 * start of the other: a floating IP under another id would be taken down after it came up.
 */

/** The primitives that an edit removes, if it also adds others; otherwise none, since no order is needed. */
export function primitivesToStopFirst(before: string, after: string): string[] {
  const [formerIds, newIds] = [new Set(primitiveIds(before)), new Set(primitiveIds(after))]
  const addsOthers = [...newIds].some(id => !formerIds.has(id))
  return addsOthers ? [...formerIds].filter(id => !newIds.has(id)) : []
}

function primitiveIds(cib: string): string[] {
  return primitivesIn(firstOf(readXml(cib), 'configuration')).flatMap(element => attribute(element, 'id') ?? [])
}

/**
 * The CIB with the target role of these primitives set to Stopped, and nothing else changed: what depends on them stops with them.
 * The value is recorded as ha-run's own, so that it is removed if the run is interrupted and the primitive is declared after all.
 */
export function withPrimitivesStopped(cib: string, ids: string[], owner: Owner = inventoryOwner): Candidate {
  const draft = draftOf(cib, { owner })
  for (const id of ids) {
    const holder = resourceWith(draft, id)
    if (holder)
      putNvpairs(
        draft,
        { holder, set: 'meta_attributes', setId: `${id}-meta_attributes`, subject: `${id} meta` },
        { 'target-role': 'Stopped' },
      )
  }
  putValueOwnership(draft)
  return { text: renderXml(draft.cib), differences: draft.differences }
}

/** The CIB with these primitives, and the record of ha-run's own values, as they were in an earlier CIB: without the first step. */
export function withFormerPrimitives(
  cib: string,
  before: string,
  ids: string[],
  owner: Owner = inventoryOwner,
): string {
  const [draft, former] = [draftOf(cib), draftOf(before)]
  const pairs = [
    ...ids.map(id => [resourceWith(draft, id), resourceWith(former, id)]),
    [tagWith(draft, owner.values), tagWith(former, owner.values)],
  ]
  for (const [present, earlier] of pairs) {
    if (present && earlier) present.parentElement?.replaceChild(earlier, present)
    else if (present) remove(present)
  }
  return renderXml(draft.cib)
}
