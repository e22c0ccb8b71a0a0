import { append, claim, detach, ownedIds, ownershipTag, sectionOf, type CibDraft } from './cib-draft.js'
import { elementsOf, newElement } from './xml.js'

/**
 * Notes in the CIB itself, as a tag, which objects are ha-run's. What it owned earlier and is declared no more stays
 * listed while it exists; a reference to what is gone is dropped.
 *
 * The schema lets a tag refer to any id, constraints included; only a tag without a reference is refused (crm_verify
 * of Pacemaker 2.0.5, 2.1.5 and 3.0.0).
 */
export function putOwnership(draft: CibDraft, declared: string[]): void {
  const owned = ownedIds(draft)
  const gone = owned.filter(id => !draft.ids.has(id) && !declared.includes(id))
  const added = declared.filter(id => !owned.includes(id))
  if (gone.length === 0 && added.length === 0) return
  const tags = sectionOf(draft, 'tags')
  const tag = elementsOf(tags, 'tag').find(element => element.attributes.get('id') === ownershipTag)
    ?? append(tags, newElement('tag', { id: claim(draft, ownershipTag) }))
  for (const ref of elementsOf(tag, 'obj_ref')) {
    if (gone.includes(ref.attributes.get('id') ?? '')) detach(tag, ref)
  }
  for (const id of added) append(tag, newElement('obj_ref', { id }))
  if (elementsOf(tag, 'obj_ref').length === 0) detach(tags, tag)
  for (const id of gone) draft.differences.push({ subject: `owned by ha-run: ${id}`, from: 'yes', to: undefined })
  for (const id of added) draft.differences.push({ subject: `owned by ha-run: ${id}`, from: undefined, to: 'yes' })
}
