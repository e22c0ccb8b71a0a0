import { partsIn } from './parts.js'
import {
  append,
  claim,
  objectSections,
  objectsIn,
  ownedIds,
  recordOf,
  sectionOf,
  taggedIds,
  tagWith,
  valuesIn,
  type CibDraft,
} from './draft.js'
import { attribute, elementsOf, newElement, remove } from '../pacemaker/xml.js'

/**
 * Two tags in the CIB record what ha-run owns for the inventory, and two what it owns for each `cibObjects` of a role, so that every admin
 * machine knows it. One lists the objects that the inventory
 * declares; the other lists the values (parameters, operations, properties) that ha-run added or corrected. A value that was right
 * already belongs to somebody else, and stays when the inventory no longer declares it.
 *
 * A tag may refer to any id, even to one that is no longer there; only a tag without a reference is invalid (crm_verify of
 * Pacemaker 2.0.5, 2.1.5 and 3.0.0). crmsh shows tags, and keeps them when it commits.
 */

/** The ids of the values that ha-run added or corrected. */
export function ownedValues(draft: CibDraft): string[] {
  return taggedIds(draft, draft.owner.values)
}

/** Records the declared objects as ha-run's, and drops those that are no longer there. */
export function putOwnership(draft: CibDraft, declared: string[]): void {
  const [owned, wanted] = [new Set(ownedIds(draft)), new Set(declared)]
  const present = new Set(objectSections.flatMap(section => objectsIn(draft, section)).map(recordOf))
  const gone = [...owned].filter(id => !present.has(id) && !wanted.has(id))
  const adopted = declared.filter(id => !owned.has(id))
  writeTag(draft, draft.owner.objects, gone, adopted)
  // An object that was just added or removed is a difference of its own.
  for (const id of adopted) {
    if (!draft.added.has(id)) draft.differences.push({ subject: `owned by ha-run: ${id}`, from: undefined, to: 'yes' })
  }
  if (draft.differences.length === 0 && gone.length > 0) {
    draft.differences.push({ subject: `tag ${draft.owner.objects}`, from: `${gone.join(' ')} (gone)`, to: undefined })
  }
}

/**
 * Records the values that ha-run added or corrected. The record of a value that is no longer there is removed at once: crmsh and
 * crm_attribute use the same ids, so the next value with that id belongs to somebody else.
 */
export function putValueOwnership(draft: CibDraft): void {
  const owned = new Set(ownedValues(draft))
  const [values, parts] = [valuesIn(draft), partsIn(draft)]
  const gone = [...owned].filter(id => !values.has(id) && !parts.has(id))
  if (draft.differences.length === 0 && gone.length > 0) {
    draft.differences.push({ subject: `tag ${draft.owner.values}`, from: `${gone.join(' ')} (gone)`, to: undefined })
  }
  writeTag(
    draft,
    draft.owner.values,
    gone,
    [...draft.madeValues].filter(id => !owned.has(id)),
  )
}

function writeTag(draft: CibDraft, id: string, gone: string[], added: string[]): void {
  if (gone.length === 0 && added.length === 0) return
  const tags = sectionOf(draft, 'tags')
  const tag = tagWith(draft, id) ?? append(tags, newElement('tag', { id: claim(draft, id) }))
  const removed = new Set(gone)
  for (const ref of elementsOf(tag, 'obj_ref')) {
    if (removed.has(attribute(ref, 'id') ?? '')) remove(ref)
  }
  for (const ref of added) append(tag, newElement('obj_ref', { id: ref }))
  if (elementsOf(tag, 'obj_ref').length === 0) remove(tag)
}
