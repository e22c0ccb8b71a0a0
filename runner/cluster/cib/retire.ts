import type { Candidate } from './cib.js'
import { draftOf, resourceWith, tagWith } from './draft.js'
import { primitivesIn } from './identity.js'
import { putNvpairs } from './nvpairs.js'
import { putValueOwnership, valuesTag } from './ownership.js'
import { attribute, firstOf, parseXml, remove, renderXml } from '../pacemaker/xml.js'

/**
 * The first half of a change that takes primitives away and brings others. Pacemaker orders no stop of the one before
 * the start of the other: a floating IP under another name would be taken down after it came up.
 */

/** Primitives that an edit takes away, where it also brings others; none where no order is needed. */
export function primitivesToStopFirst(before: string, after: string): string[] {
  const [was, is] = [primitiveIds(before), primitiveIds(after)]
  const comes = is.some(id => !was.includes(id))
  return comes ? was.filter(id => !is.includes(id)) : []
}

function primitiveIds(cib: string): string[] {
  return primitivesIn(firstOf(parseXml(cib), 'configuration')).flatMap(element => attribute(element, 'id') ?? [])
}

/**
 * The CIB with these primitives told to stop, and nothing else changed: what depends on them stops with them. The word is
 * noted as ours, so that it goes again where a run is cut short and the primitive is declared after all.
 */
export function withPrimitivesStopped(cib: string, ids: string[]): Candidate {
  const draft = draftOf(cib)
  for (const id of ids) {
    const holder = resourceWith(draft, id)
    if (holder) putNvpairs(draft, { holder, set: 'meta_attributes', setId: `${id}-meta_attributes`, subject: `${id} meta` }, { 'target-role': 'Stopped' })
  }
  putValueOwnership(draft)
  return { text: renderXml(draft.cib), differences: draft.differences }
}

/** The CIB with these primitives, and our notes, as they were in another one: what we told them is no change of anybody's. */
export function withFormerPrimitives(cib: string, before: string, ids: string[]): string {
  const [draft, former] = [draftOf(cib), draftOf(before)]
  const pairs = [...ids.map(id => [resourceWith(draft, id), resourceWith(former, id)]), [tagWith(draft, valuesTag), tagWith(former, valuesTag)]]
  for (const [now, then] of pairs) {
    if (now && then) now.parentNode?.replaceChild(then, now)
    else if (now) remove(now)
  }
  return renderXml(draft.cib)
}
