import { append, claim, dropAttribute, objectOf, sectionOf, setAttribute, type CibDraft } from './draft.js'
import type { Constraint } from '../declaration/declaration.js'
import { sameScore, sameText } from '../pacemaker/values.js'
import { attribute, elementsOf, newElement, remove, type Element } from '../pacemaker/xml.js'

/** A constraint in the CIB. */
interface Written {
  element: string
  attributes: Record<string, string>
  /** Attributes that mean the same or the opposite, and that the schema does not allow beside these. */
  excludes: string[]
}

function written(constraint: Constraint): Written {
  switch (constraint.kind) {
    case 'location': {
      const { resource, node, score } = constraint
      return { element: 'rsc_location', attributes: { rsc: resource, node, score }, excludes: ['rsc-pattern'] }
    }
    case 'colocation': {
      const { resource, with: other, score } = constraint
      return { element: 'rsc_colocation', attributes: { rsc: resource, 'with-rsc': other, score }, excludes: [] }
    }
    default: {
      const { first, then, orderKind } = constraint
      return { element: 'rsc_order', attributes: { first, then, kind: orderKind }, excludes: ['score'] }
    }
  }
}

/** Adds or corrects a declared constraint. Attributes that are not declared (`symmetrical`, roles, node attributes) stay. */
export function putConstraint(draft: CibDraft, constraint: Constraint): void {
  const { id, kind } = constraint
  const { element: name, attributes, excludes } = written(constraint)
  const existing = objectOf(draft, 'constraints', id, name)
  if (existing === undefined) {
    append(sectionOf(draft, 'constraints'), newElement(name, { id: claim(draft, id), ...attributes }))
    const to = Object.entries(attributes)
      .map(([key, value]) => `${key}=${value}`)
      .join(' ')
    draft.differences.push({ subject: `${kind} ${id}`, from: undefined, to })
    return
  }
  if (kind === 'order' && meansKind(existing, attributes['kind'])) delete attributes['kind']
  else for (const key of excludes) dropAttribute(draft, existing, key, `${kind} ${id} ${key}`)
  dropSets(draft, existing, `${kind} ${id}`)
  for (const [key, value] of Object.entries(attributes)) {
    setAttribute(draft, existing, key, value, `${kind} ${id} ${key}`, key === 'score' ? sameScore : sameText)
  }
}

/** Whether the order already is of this kind: Mandatory is the default, and a score of 0, which is deprecated, means Optional. */
function meansKind(order: Element, kind: string | undefined): boolean {
  const score = attribute(order, 'score') ?? 'INFINITY'
  return kind === (attribute(order, 'kind') ?? (sameScore(score, '0') ? 'Optional' : 'Mandatory'))
}

/** Rules and resource sets contradict the declared attributes. */
function dropSets(draft: CibDraft, constraint: Element, subject: string): void {
  for (const set of elementsOf(constraint, 'rule', 'resource_set')) {
    remove(set)
    draft.differences.push({ subject: `${subject} ${set.tagName}`, from: attribute(set, 'id') ?? '', to: undefined })
  }
}
