import { removeDefaultSets } from './default-sets.js'
import { partsIn } from './parts.js'
import {
  dropAttribute,
  freeIds,
  isOfDevice,
  objectSections,
  objectsIn,
  ownedByOthers,
  ownedIds,
  ownId,
  recordOf,
  resourceElements,
  resourceWith,
  sectionAbove,
  valuesIn,
  type CibDraft,
} from './draft.js'
import { ownedValues } from './ownership.js'
import { isFencingProperty, isFencingSwitch } from './fencing-properties.js'
import { describe, kindOf, valueSubject } from './labels.js'
import {
  attribute,
  descendantsOf,
  elementsOf,
  findElement,
  firstOf,
  readXml,
  remove,
  walk,
  type Element,
} from '../pacemaker/xml.js'

/**
 * Removes what ha-run once added and the inventory no longer declares; with the draft's `purge` also what somebody else added.
 *
 * @param declared - ids of all declared objects.
 * @param parts - the parts of the configuration that the declaration covers (`partOf`): all others stay as they are.
 * @throws Error if something that stays needs what would be removed.
 */
export function removeUndeclared(draft: CibDraft, declared: string[], parts: Set<string>): void {
  const former = new Set(undeclaredIds(draft, declared, parts))
  for (const section of ['constraints', 'fencing-topology', 'alerts']) removeListed(draft, section, former)
  const named = ['tags', 'acls'].flatMap(section => removeListed(draft, section, former))
  removeReferences(draft, new Set([...removeResources(draft, former), ...named]))
  removeValues(draft, parts)
  removeParts(draft, parts)
  for (const section of ['rsc_defaults', 'op_defaults'] as const) removeDefaultSets(draft, section, former)
}

/**
 * The part of a declaration that an object or value belongs to: the name of its section, except that all of fencing is `devices`
 * and `fencing`, so that no other edit removes a device or switches fencing off in passing.
 */
function partOf(draft: CibDraft, element: Element): string {
  if (isOfDevice(draft, element)) return 'devices'
  const section = sectionNameOf(draft, element)
  return section === 'crm_config' && isFencingProperty(attribute(element, 'name') ?? '') ? 'fencing' : section
}

/** @returns the ids of all that were removed. */
function removeResources(draft: CibDraft, former: Set<string>): Set<string> {
  const removed = new Set(draft.dissolved)
  for (const id of former) removeResource(draft, id, former, removed)
  return removed
}

/** The sections from which `purge` removes what somebody else has added: alerts, tags and access control concern no resource. */
const purged: ReadonlySet<string> = new Set(['resources', 'constraints', 'fencing-topology'])

/** Ids of the objects in these parts that are not declared and are to be removed: ha-run's own, or with `purge` all but those of other owners. */
function undeclaredIds(draft: CibDraft, declared: string[], parts: Set<string>): string[] {
  const [owned, wanted, others] = [new Set(ownedIds(draft)), new Set(declared), ownedByOthers(draft)]
  return objectSections.flatMap(name =>
    objectsIn(draft, name)
      .filter(object => parts.has(partOf(draft, object)))
      .flatMap(object => recordOf(object) ?? [])
      .filter(id => !wanted.has(id) && (owned.has(id) || (draft.purge && purged.has(name) && !others.has(id)))),
  )
}

/** @returns the ids of all that were removed. */
function removeListed(draft: CibDraft, section: string, former: Set<string>): string[] {
  const objects = elementsOf(firstOf(draft.configuration, section)).filter(object => former.has(recordOf(object) ?? ''))
  for (const object of objects) removeObject(draft, object)
  return objects.flatMap(object => recordOf(object) ?? [])
}

function removeResource(draft: CibDraft, id: string, former: Set<string>, removed: Set<string>): void {
  const element = resourceWith(draft, id)
  // It was removed with the group or clone around it, or is a constraint.
  if (element === undefined) return
  const parent = element.parentElement!
  const inside = resourcesIn(element)
  const staying = inside.filter(inner => !former.has(ownId(inner)!))
  if (staying.length > 0 && element.tagName === 'bundle') {
    throw new Error(`${kindOf(element)} ${id} is no longer declared, but contains ${staying.map(ownId).join(', ')}`)
  }
  noteRemoval(draft, element)
  const outermost = staying.filter(inner => !staying.some(other => other === inner.parentElement))
  for (const inner of outermost) parent.insertBefore(inner, element)
  removeElement(draft, element)
  for (const inner of [element, ...inside.filter(inner => !staying.includes(inner))]) removed.add(ownId(inner)!)
  if (
    resourceElements.has(parent.tagName) &&
    !former.has(ownId(parent)!) &&
    !elementsOf(parent).some(({ tagName }) => resourceElements.has(tagName))
  ) {
    throw new Error(`without ${id}, which is no longer declared, ${kindOf(parent)} ${ownId(parent)} would be empty`)
  }
}

/** The resources inside of a group or clone. */
function resourcesIn(wrapper: Element): Element[] {
  return descendantsOf(wrapper, ...resourceElements)
}

/**
 * Constraints left by `crm resource move` and the like are removed with their resource; a constraint or fencing level that
 * somebody wrote prevents the removal.
 */
function removeReferences(draft: CibDraft, removed: Set<string>): void {
  for (const constraint of elementsOf(firstOf(draft.configuration, 'constraints'))) {
    const named = referencesOf(constraint).filter(id => removed.has(id))
    if (named.length === 0) continue
    if (!isLeftover(ownId(constraint) ?? '')) {
      throw new Error(
        `${kindOf(constraint)} ${ownId(constraint)} in the CIB refers to ${named.join(', ')}, which the inventory no longer declares`,
      )
    }
    removeObject(draft, constraint)
  }
  for (const holder of elementsOf(firstOf(draft.configuration, 'acls'))) {
    const named = elementsOf(holder, 'role').flatMap(({ attributes }) => attributes['id'] ?? [])
    const gone = named.filter(id => removed.has(id))
    if (gone.length === 0) continue
    throw new Error(
      `${kindOf(holder)} ${ownId(holder)} in the CIB has the role ${gone.join(', ')}, which the inventory no longer declares`,
    )
  }
  for (const level of elementsOf(firstOf(draft.configuration, 'fencing-topology'))) {
    const named = (attribute(level, 'devices') ?? '').split(/[\s,]+/).filter(id => removed.has(id))
    if (named.length === 0) continue
    throw new Error(
      `fencing-level ${ownId(level)} in the CIB has ${named.join(', ')}, which the inventory no longer declares`,
    )
  }
}

/** Whether this constraint was left by `crm_resource --move`, `--ban` and their like. */
export function isLeftover(id: string): boolean {
  return id.startsWith('cli-')
}

/** Ids of such constraints. @param text - a whole CIB, or its section of constraints alone (`cibadmin -Q -o constraints`). */
export function leftoversIn(text: string): string[] {
  const section = findElement(readXml(text), ({ tagName }) => tagName === 'constraints')
  return section === undefined
    ? []
    : elementsOf(section)
        .flatMap(constraint => ownId(constraint) ?? [])
        .filter(isLeftover)
}

function referencesOf(constraint: Element): string[] {
  const names = ['rsc', 'with-rsc', 'first', 'then'].flatMap(name => attribute(constraint, name) ?? [])
  const sets = descendantsOf(constraint, 'resource_ref').flatMap(element => attribute(element, 'id') ?? [])
  return [...names, ...sets]
}

function removeValues(draft: CibDraft, parts: Set<string>): void {
  const values = valuesIn(draft)
  for (const id of ownedValues(draft)) {
    const value = values.get(id)
    if (value === undefined || draft.declaredValues.has(id) || !parts.has(partOf(draft, value))) continue
    // Without this property fencing would be on: it is set, and never removed.
    if (isFencingSwitch(attribute(value, 'name') ?? '')) continue
    const from = attribute(value, 'value') ?? describe(value)
    draft.differences.push({ subject: valueSubject(value), from, to: undefined })
    removeElement(draft, value)
  }
}

/** Parts of objects that stay, if ha-run once set them. */
function removeParts(draft: CibDraft, parts: Set<string>): void {
  const present = partsIn(draft)
  for (const id of ownedValues(draft)) {
    const part = present.get(id)
    if (part === undefined || draft.declaredValues.has(id) || !parts.has(partOf(draft, part.object))) continue
    const { object, name, inner } = part
    const subject = `${kindOf(object)} ${ownId(object)} ${name}`
    if (inner === undefined) dropAttribute(draft, object, name, subject)
    else {
      removeElement(draft, inner)
      draft.differences.push({ subject, from: 'present', to: undefined })
    }
  }
}

function sectionNameOf({ configuration }: CibDraft, element: Element): string {
  return sectionAbove(configuration, element)?.tagName ?? ''
}

function removeObject(draft: CibDraft, element: Element): void {
  noteRemoval(draft, element)
  removeElement(draft, element)
}

function noteRemoval(draft: CibDraft, element: Element): void {
  draft.differences.push({ subject: `${kindOf(element)} ${ownId(element)}`, from: describe(element), to: undefined })
}

/** Removes an element, and frees the ids of all that it contains. */
function removeElement(draft: CibDraft, element: Element): void {
  remove(element)
  freeIds(draft, walk(element))
}
