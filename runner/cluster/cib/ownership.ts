import { append, claim, objectsIn, ownedIds, ownershipTag, ownId, sectionOf, taggedIds, tagWith, valuesIn, type CibDraft } from './draft.js'
import { attribute, elementsOf, newElement, remove } from '../pacemaker/xml.js'

/**
 * What ha-run owns is noted in the CIB itself, as tags, so that any admin machine finds it: the objects that the
 * inventory declares in one, in another the values (parameters, operations, properties) that ha-run put in or
 * corrected. A value that was right already is somebody's, and stays when it is declared no more.
 *
 * The schema lets a tag refer to any id, also to one that is gone; only a tag without a reference is refused
 * (crm_verify of Pacemaker 2.0.5, 2.1.5 and 3.0.0). crmsh shows tags and commits beside them.
 */

/** The id of the tag in which ha-run remembers the values that it made. */
export const valuesTag = 'ha-run.values'

/** The ids of the values that ha-run made. */
export function ownedValues(draft: CibDraft): string[] {
  return taggedIds(draft, valuesTag)
}

/** Notes the declared objects as ha-run's, and drops those that are gone. */
export function putOwnership(draft: CibDraft, declared: string[]): void {
  const owned = ownedIds(draft)
  const present = new Set([...objectsIn(draft, 'resources'), ...objectsIn(draft, 'constraints')].map(ownId))
  const gone = owned.filter(id => !present.has(id) && !declared.includes(id))
  const adopted = declared.filter(id => !owned.includes(id))
  writeTag(draft, ownershipTag, gone, adopted)
  // What has just been put in or taken out is a difference of its own.
  for (const id of adopted) {
    if (!draft.added.has(id)) draft.differences.push({ subject: `owned by ha-run: ${id}`, from: undefined, to: 'yes' })
  }
  if (draft.differences.length === 0 && gone.length > 0) {
    draft.differences.push({ subject: `tag ${ownershipTag}`, from: `${gone.join(' ')} (gone)`, to: undefined })
  }
}

/**
 * Notes the values that ha-run made. A note of one that is gone goes at once: the next value of that id is somebody's,
 * since crmsh and crm_attribute give the same ids.
 */
export function putValueOwnership(draft: CibDraft): void {
  const owned = ownedValues(draft)
  const values = valuesIn(draft)
  const gone = owned.filter(id => !values.has(id))
  if (draft.differences.length === 0 && gone.length > 0) {
    draft.differences.push({ subject: `tag ${valuesTag}`, from: `${gone.join(' ')} (gone)`, to: undefined })
  }
  writeTag(draft, valuesTag, gone, [...draft.madeValues].filter(id => !owned.includes(id)))
}

function writeTag(draft: CibDraft, id: string, gone: string[], added: string[]): void {
  if (gone.length === 0 && added.length === 0) return
  const tags = sectionOf(draft, 'tags')
  const tag = tagWith(draft, id) ?? append(tags, newElement('tag', { id: claim(draft, id) }))
  for (const ref of elementsOf(tag, 'obj_ref')) {
    if (gone.includes(attribute(ref, 'id') ?? '')) remove(ref)
  }
  for (const ref of added) append(tag, newElement('obj_ref', { id: ref }))
  if (elementsOf(tag, 'obj_ref').length === 0) remove(tag)
}
