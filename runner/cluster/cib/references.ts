import { attribute, newElement, type Element } from '../pacemaker/xml.js'
import { append, claim, objectOf, sectionOf, type CibDraft } from './draft.js'
import { kindOf } from './labels.js'
import { notePart, referencesIn } from './parts.js'
import type { Acls, Tag } from '../declaration/declaration.js'

/** Objects that are lists of references: tags, and the users and groups of access control. */

/** Adds the declared tags, or what they lack. A member that somebody else has added stays. */
export function putTags(draft: CibDraft, tags: Tag[]): void {
  for (const { id, members } of tags)
    putReferences(draft, { section: 'tags', element: 'tag', id, inner: 'obj_ref' }, members)
}

/** Adds the declared users and groups, or the roles that they lack. A role that somebody else has given them stays. */
export function putHolders(draft: CibDraft, holders: Acls['holders']): void {
  for (const { kind, id, roles } of holders)
    putReferences(draft, { section: 'acls', element: `acl_${kind}`, id, inner: 'role' }, roles)
}

interface ReferenceList {
  section: 'tags' | 'acls'
  element: string
  id: string
  inner: 'obj_ref' | 'role'
}

function putReferences(draft: CibDraft, { section, element, id, inner }: ReferenceList, declared: string[]): void {
  const existing = objectOf(draft, section, id, element)
  const object = existing ?? append(sectionOf(draft, section), newElement(element, { id: claim(draft, id, element) }))
  const from = existing && idsIn(existing)
  const present = new Set(referencesIn(object).map(({ name }) => name))
  for (const name of declared) {
    if (!present.has(name)) append(object, newElement(inner, { id: name }))
    notePart(draft, object, name, !present.has(name))
  }
  const to = idsIn(object)
  if (from !== to) draft.differences.push({ subject: `${kindOf(object)} ${id}`, from, to })
}

function idsIn(object: Element): string {
  return referencesIn(object)
    .map(({ inner }) => attribute(inner, 'id') ?? '')
    .join(' ')
}
