import { putContent, ruleContent, setContent, type Content } from './constraint-content.js'
import { append, claim, dropAttribute, objectOf, sectionOf, setAttribute, type CibDraft } from './draft.js'
import { isOptional, notePart } from './parts.js'
import { withRoleWords } from './role-words.js'
import type { Constraint } from '../declaration/declaration.js'
import { sameRole } from '../declaration/roles.js'
import { sameOption, sameScore, sameText } from '../pacemaker/values.js'
import { attribute, newElement, type Element } from '../pacemaker/xml.js'

/** A constraint in the CIB. */
interface Written {
  element: string
  attributes: Record<string, string>
  /** Its rule or its resource sets. */
  content?: Content
  /** Attributes that mean the same or the opposite, and that the schema does not allow beside these. */
  excludes: string[]
}

function written(constraint: Constraint): Written {
  switch (constraint.kind) {
    case 'location': {
      const { resource, isPattern, role, node, rule, score, scoreAttribute, discovery } = constraint
      const scores = {
        ...(score !== undefined && { score }),
        ...(scoreAttribute !== undefined && { 'score-attribute': scoreAttribute }),
      }
      return {
        element: 'rsc_location',
        attributes: {
          [isPattern ? 'rsc-pattern' : 'rsc']: resource,
          // crmsh writes the role of a rule into the rule.
          ...(role && !rule && { role }),
          ...(node !== undefined && { node, ...scores }),
          ...(discovery !== undefined && { 'resource-discovery': discovery }),
        },
        ...(rule && { content: ruleContent(rule, { ...(role && { role }), ...scores }) }),
        excludes: [isPattern ? 'rsc' : 'rsc-pattern', ...(rule ? ['node', 'score', 'role'] : [])],
      }
    }
    case 'colocation': {
      if ('sets' in constraint) {
        const { sets, score } = constraint
        return {
          element: 'rsc_colocation',
          attributes: { score },
          content: setContent(sets),
          excludes: ['rsc', 'with-rsc', 'rsc-role', 'with-rsc-role', 'node-attribute'],
        }
      }
      const { resource, role, with: other, withRole, score } = constraint
      return {
        element: 'rsc_colocation',
        attributes: {
          rsc: resource,
          ...(role && { 'rsc-role': role }),
          'with-rsc': other,
          ...(withRole && { 'with-rsc-role': withRole }),
          score,
        },
        excludes: [],
      }
    }
    default: {
      const symmetrical = constraint.symmetrical !== undefined && { symmetrical: String(constraint.symmetrical) }
      if ('sets' in constraint) {
        const { sets, orderKind } = constraint
        return {
          element: 'rsc_order',
          attributes: { kind: orderKind, ...symmetrical },
          content: setContent(sets),
          excludes: ['score', 'first', 'then', 'first-action', 'then-action'],
        }
      }
      const { first, firstAction, then, thenAction, orderKind } = constraint
      return {
        element: 'rsc_order',
        attributes: {
          first,
          ...(firstAction && { 'first-action': firstAction }),
          then,
          ...(thenAction && { 'then-action': thenAction }),
          kind: orderKind,
          ...symmetrical,
        },
        excludes: ['score'],
      }
    }
  }
}

/** Adds or corrects a declared constraint. Attributes that are not declared (roles, `symmetrical`, node attributes) stay. */
export function putConstraint(draft: CibDraft, constraint: Constraint): void {
  const { id, kind } = constraint
  const { element: name, attributes: declared, content, excludes } = written(constraint)
  const attributes = withRoleWords(draft, declared)
  const existing = objectOf(draft, 'constraints', id, name)
  if (existing === undefined) {
    const made = newElement(name, { id: claim(draft, id), ...attributes })
    append(sectionOf(draft, 'constraints'), made)
    if (content) for (const element of content.elements(draft, id)) append(made, element)
    for (const key of Object.keys(attributes)) if (isOptional(key)) notePart(draft, made, key, true)
    const to = [
      ...Object.entries(attributes).map(([key, value]) => `${key}=${value}`),
      ...(content ? [content.text] : []),
    ].join(' ')
    draft.differences.push({ subject: `${kind} ${id}`, from: undefined, to })
    return
  }
  const hasKind = kind === 'order' && meansKind(existing, attributes['kind'])
  if (hasKind) delete attributes['kind']
  for (const key of excludes)
    if (!(hasKind && key === 'score')) dropAttribute(draft, existing, key, `${kind} ${id} ${key}`)
  putContent(draft, existing, content, `${kind} ${id}`)
  for (const [key, value] of Object.entries(attributes)) {
    const isMade = setAttribute(draft, existing, key, value, `${kind} ${id} ${key}`, comparisons[key] ?? sameText)
    if (isOptional(key)) notePart(draft, existing, key, isMade)
  }
}

const comparisons: Record<string, (one: string, other: string) => boolean> = {
  score: sameScore,
  symmetrical: sameOption,
  role: sameRole,
  'rsc-role': sameRole,
  'with-rsc-role': sameRole,
}

/** Whether the order already is of this kind: Mandatory is the default, and a score of 0, which is deprecated, means Optional. */
function meansKind(order: Element, kind: string | undefined): boolean {
  const score = attribute(order, 'score') ?? 'INFINITY'
  return kind === (attribute(order, 'kind') ?? (sameScore(score, '0') ? 'Optional' : 'Mandatory'))
}
