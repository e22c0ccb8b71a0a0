import { attribute, elementsOf, firstOf, type Element } from '../pacemaker/xml.js'
import { ownId, type CibDraft } from './draft.js'
import { isOwnTag } from './owner.js'

/**
 * The optional attributes of constraints, the scores of sets of defaults, and elements without an id of their own: the members of tags, the
 * roles of users, which events an alert selects. Like a resource's values they stay if nobody declares them, and are removed when they are no longer declared and ha-run
 * has set them. In ha-run's record they are `OBJECT.PART`.
 */
export const optionalAttributes = [
  'role',
  'rsc-role',
  'with-rsc-role',
  'first-action',
  'then-action',
  'symmetrical',
  'require-all',
  'resource-discovery',
] as const

export interface Part {
  object: Element
  /** The attribute, or the id that the inner element refers to. */
  name: string
  inner?: Element
}

/** The parts that objects have, by their ids in ha-run's record. */
export function partsIn({ configuration }: CibDraft): Map<string, Part> {
  const parts = [
    ...elementsOf(firstOf(configuration, 'constraints')).flatMap(object =>
      optionalAttributes.flatMap(name => (attribute(object, name) === undefined ? [] : [{ object, name }])),
    ),
    ...['tags', 'acls']
      .flatMap(section => elementsOf(firstOf(configuration, section)))
      .filter(object => !isOwnTag(ownId(object) ?? ''))
      .flatMap(referencesIn),
    ...['rsc_defaults', 'op_defaults']
      .flatMap(section => elementsOf(firstOf(configuration, section)))
      .flatMap(object => (attribute(object, 'score') === undefined ? [] : [{ object, name: 'score' }])),
    ...elementsOf(firstOf(configuration, 'alerts')).flatMap(object =>
      elementsOf(object, 'select').map(inner => ({ object, name: inner.tagName, inner })),
    ),
  ]
  return new Map(parts.map(part => [partId(part.object, part.name), part]))
}

/** The references in a tag, or in a user's or group's roles. */
export function referencesIn(object: Element): Required<Part>[] {
  return elementsOf(object, 'obj_ref', 'role').map(inner => ({ object, name: attribute(inner, 'id') ?? '', inner }))
}

/** Records that a part is declared, and whether ha-run has set it. */
export function notePart(draft: CibDraft, object: Element, name: string, isMade: boolean): void {
  const id = partId(object, name)
  draft.declaredValues.add(id)
  if (isMade) draft.madeValues.add(id)
}

/** Whether an attribute of a constraint is optional. */
export function isOptional(name: string): boolean {
  return optionalAttributes.some(known => known === name)
}

function partId(object: Element, name: string): string {
  return `${ownId(object) ?? ''}.${name}`
}
