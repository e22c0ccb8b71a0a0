import type { AclPermission, Acls } from '../declaration/declaration.js'
import { attribute, elementsOf, newElement, type Element } from '../pacemaker/xml.js'
import { append, claim, freshId, noteValue, objectOf, sectionOf, type CibDraft } from './draft.js'
import { describe, kindOf, valueSubject } from './labels.js'

/** Adds the declared roles of access control, or the permissions that they lack. A permission that somebody else has added stays. */
export function putAclRoles(draft: CibDraft, roles: Acls['roles']): void {
  for (const { id, permissions } of roles) {
    const existing = objectOf(draft, 'acls', id, 'acl_role')
    const role = existing ?? append(sectionOf(draft, 'acls'), newElement('acl_role', { id: claim(draft, id) }))
    const added = permissions.flatMap(permission => putPermission(draft, role, permission) ?? [])
    draft.differences.push(
      ...(existing === undefined
        ? [{ subject: `${kindOf(role)} ${id}`, from: undefined, to: describe(role) }]
        : added.map(element => ({ subject: valueSubject(element), from: undefined, to: describe(element) }))),
    )
  }
}

/** @returns the permission if the role lacked it. */
function putPermission(draft: CibDraft, role: Element, { kind, on }: AclPermission): Element | undefined {
  const present = elementsOf(role, 'acl_permission').find(
    element => attribute(element, 'kind') === kind && selectors.every(name => attribute(element, name) === on[name]),
  )
  if (present !== undefined) {
    noteValue(draft, present, false)
    return undefined
  }
  const id = freshId(draft, `${attribute(role, 'id')}-${kind}`)
  const made = append(role, newElement('acl_permission', { id, kind, ...on }))
  noteValue(draft, made, true)
  return made
}

const selectors = ['xpath', 'reference', 'object-type', 'attribute']
