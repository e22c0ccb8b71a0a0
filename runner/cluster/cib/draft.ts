import type { Difference } from '../../tasks/difference.js'
import { sameText } from '../pacemaker/values.js'
import {
  attribute,
  descendantsOf,
  elementsOf,
  findElement,
  firstOf,
  newElement,
  readXml,
  walk,
  type Element,
} from '../pacemaker/xml.js'
import { inventoryOwner, isObjectsTag, ownerName, type Owner } from './owner.js'

/**
 * A CIB while the declared objects are added to it. Each edit is recorded as a difference, so that the plan always agrees with
 * the resulting CIB.
 */
export interface CibDraft {
  cib: Element
  configuration: Element
  differences: Difference[]
  /** All ids in the configuration. */
  ids: Set<string>
  /** The elements by their ids (`elementsWith`), and how many objects had been added when they were collected. */
  index: { elements: Map<string, Element[]>; added: number }
  /** Ids of the objects that the declaration added. */
  added: Set<string>
  /** Ids of the values (`nvpair`, `op`) that are declared, no matter who added them. */
  declaredValues: Set<string>
  /** Ids of the values that had to be added or corrected. */
  madeValues: Set<string>
  /** Ids of groups and clones that are removed while their members stay. */
  dissolved: Set<string>
  /** Whether objects that ha-run does not own are removed too. */
  purge: boolean
  /** Whose objects the edit adds and removes. */
  owner: Owner
  /** The subjects of differences whose values are secret because the inventory declares them so. */
  secretSubjects: Set<string>
}

export interface EditOptions {
  /** Also remove what somebody else added. */
  purge?: boolean
  /** Whose objects the edit adds and removes; by default what the inventory declares. */
  owner?: Owner
}

/** Reads the output of `cibadmin -Q` into a draft: a copy, which takes less time than reading. @throws Error if this is no CIB. */
export function draftOf(text: string, { purge = false, owner = inventoryOwner }: EditOptions = {}): CibDraft {
  return draftIn(readXml(text).clone(), purge, owner)
}

/** The same for those who only read it: they share one document (`readXml`). @throws Error if this is no CIB. */
export function readDraft(text: string): CibDraft {
  return draftIn(readXml(text), false, inventoryOwner)
}

function draftIn(cib: Element, purge: boolean, owner: Owner): CibDraft {
  const configuration = firstOf(cib, 'configuration')
  if (cib.tagName !== 'cib' || configuration === undefined) throw new Error(`not a CIB: <${cib.tagName}>`)
  const elements = elementsById(configuration)
  return {
    cib,
    configuration,
    differences: [],
    ids: new Set(elements.keys()),
    index: { elements, added: 0 },
    added: new Set(),
    declaredValues: new Set(),
    madeValues: new Set(),
    dissolved: new Set(),
    purge,
    owner,
    secretSubjects: new Set(),
  }
}

/** An element's own id. Some elements have only the id of another one in this attribute. */
export function ownId(element: Element): string | undefined {
  return ['obj_ref', 'resource_ref', 'role'].includes(element.tagName) ? undefined : attribute(element, 'id')
}

/** The section of the configuration with this name; it is added if the CIB has none. */
export function sectionOf(draft: CibDraft, name: string): Element {
  return firstOf(draft.configuration, name) ?? append(draft.configuration, newElement(name))
}

export function append(parent: Element, child: Element): Element {
  parent.appendChild(child)
  return child
}

/** The elements that are resources. `master` is Pacemaker 1's name of a promotable clone, which Pacemaker 2 still accepts. */
export const resourceElements = new Set(['primitive', 'group', 'clone', 'master', 'bundle', 'template'])

/** The sections whose objects the inventory declares by their ids. Objects of `rsc_defaults` and `op_defaults` are sets of values. */
export const objectSections = [
  'constraints',
  'fencing-topology',
  'resources',
  'rsc_defaults',
  'op_defaults',
  'alerts',
  'tags',
  'acls',
] as const
export type ObjectSection = (typeof objectSections)[number]

/** The objects of a section: its constraints or fencing levels, or its resources at any depth. */
export function objectsIn({ configuration }: CibDraft, section: ObjectSection): Element[] {
  const holder = firstOf(configuration, section)
  return section === 'resources' ? descendantsOf(holder, ...resourceElements) : elementsOf(holder)
}

/** Whether a resource is a fencing device. */
export function isDevice(resource: Element): boolean {
  return resource.tagName === 'primitive' && attribute(resource, 'class') === 'stonith'
}

/** Whether an object or value belongs to a fencing device or to its use: a location of a device does, and a level. */
export function isOfDevice(draft: CibDraft, element: Element): boolean {
  if (element.tagName === 'fencing-level') return true
  const resource = attribute(element, 'rsc')
  if (resource !== undefined) return isDevice(resourceWith(draft, resource) ?? element)
  for (let holder: Element | null = element; holder !== null; holder = holder.parentElement) {
    if (isDevice(holder)) return true
  }
  return false
}

/**
 * The elements of the configuration with an id, from an index: in a CIB of a thousand resources, a search for each of them would take
 * seconds. The index is made anew for an object that was added since.
 */
function elementsWith(draft: CibDraft, id: string): Element[] {
  const { configuration, ids, added, index } = draft
  if (!ids.has(id)) return []
  const present = () =>
    (draft.index.elements.get(id) ?? []).filter(element => sectionAbove(configuration, element) !== undefined)
  if ((added.has(id) && index.added !== added.size) || present().length === 0)
    draft.index = { elements: elementsById(configuration), added: added.size }
  return present()
}

/** The elements with an id of their own, by it. */
export function elementsById(configuration: Element): Map<string, Element[]> {
  const elements = new Map<string, Element[]>()
  for (const element of walk(configuration)) {
    const id = ownId(element)
    if (id !== undefined) push(elements, id, element)
  }
  return elements
}

function push(elements: Map<string, Element[]>, id: string, element: Element): void {
  const present = elements.get(id)
  if (present === undefined) elements.set(id, [element])
  else present.push(element)
}

/** The section that an element is in; undefined if it is not in this configuration. */
export function sectionAbove(configuration: Element, element: Element): Element | undefined {
  for (let at: Element | null = element; at !== null; at = at.parentElement)
    if (at.parentElement === configuration) return at
  return undefined
}

function isObjectIn({ configuration }: CibDraft, section: ObjectSection, element: Element): boolean {
  if (section !== 'resources') return element.parentElement?.tagName === section
  return resourceElements.has(element.tagName) && sectionAbove(configuration, element)?.tagName === section
}

/** A resource by its id, at any depth. */
export function resourceWith(draft: CibDraft, id: string): Element | undefined {
  return elementsWith(draft, id).find(element => isObjectIn(draft, 'resources', element))
}

/** The sections whose values the inventory declares. */
const valueSections = ['crm_config', 'nodes', 'resources', 'rsc_defaults', 'op_defaults', 'alerts', 'acls']

/** The elements that are values: an object has several, and each can be declared by itself. */
const valueElements = ['nvpair', 'op', 'recipient', 'acl_permission']

/** The values that can be declared, by their ids. */
export function valuesIn({ configuration }: CibDraft): Map<string, Element> {
  const values = elementsOf(configuration, ...valueSections).flatMap(section =>
    descendantsOf(section, ...valueElements),
  )
  return new Map(values.flatMap(value => (ownId(value) === undefined ? [] : [[ownId(value)!, value] as const])))
}

/** A tag by its id. */
export function tagWith({ configuration }: CibDraft, id: string): Element | undefined {
  return elementsOf(firstOf(configuration, 'tags'), 'tag').find(tag => ownId(tag) === id)
}

/** Reserves an id that nothing in the CIB has yet: the wanted one, with a number if it is taken. */
export function freshId(draft: CibDraft, wanted: string): string {
  // The schema allows few other characters in an id, but the names of parameters are free.
  const base = wanted.replace(/[^A-Za-z0-9._-]/g, '_')
  let id = base
  for (let count = 1; draft.ids.has(id); count += 1) id = `${base}-${count}`
  draft.ids.add(id)
  return id
}

/** Reserves the id that the inventory gives to a new object. */
export function claim(draft: CibDraft, id: string, tagName = ''): string {
  draft.ids.add(id)
  draft.added.add(recordName(tagName, id))
  return id
}

/** The name of an object in ha-run's record: its id. A user may have the id of another object. */
export function recordOf(object: Element): string | undefined {
  const id = ownId(object)
  return id === undefined ? undefined : recordName(object.tagName, id)
}

export function recordName(tagName: string, id: string): string {
  return tagName === 'acl_target' ? `acl_target.${id}` : id
}

/** Frees the ids of elements that were removed, except those that another element has too. */
export function freeIds(draft: CibDraft, removed: Iterable<Element>): void {
  for (const element of removed) {
    const id = ownId(element)
    if (id !== undefined && !hasElement(draft, id)) draft.ids.delete(id)
  }
}

/** Only an id that the inventory gave to a new object can be that of an element that is not in the index. */
function hasElement({ configuration, index, added }: CibDraft, id: string): boolean {
  if (added.has(id)) return findElement(configuration, element => ownId(element) === id) !== undefined
  return (index.elements.get(id) ?? []).some(
    element => ownId(element) === id && sectionAbove(configuration, element) !== undefined,
  )
}

/** Sets an attribute if it differs, and records the difference. @returns whether it differed. */
export function setAttribute(
  draft: CibDraft,
  element: Element,
  name: string,
  to: string,
  subject: string,
  same = sameText,
): boolean {
  const from = attribute(element, name)
  if (from !== undefined && same(from, to)) return false
  draft.differences.push({ subject, from, to })
  element.setAttribute(name, to)
  return true
}

/** Records that a value is declared, and whether ha-run has added or corrected it. */
export function noteValue(draft: CibDraft, value: Element, isMade: boolean): void {
  const id = ownId(value)
  if (id === undefined) return
  draft.declaredValues.add(id)
  if (isMade) draft.madeValues.add(id)
}

/** Removes an attribute that must not be there, and records the difference. */
export function dropAttribute(draft: CibDraft, element: Element, name: string, subject: string): void {
  const from = attribute(element, name)
  if (from === undefined) return
  draft.differences.push({ subject, from, to: undefined })
  element.removeAttribute(name)
}

/**
 * Elements whose ids are plain text in Pacemaker's schema (nodes-3.0.rng, acls-2.0.rng), so that another element may have the
 * same id: a remote node has the id of its primitive. All other ids are unique in the CIB.
 */
const ownNamespace = new Set(['node', 'acl_target'])

/**
 * The object of a section by its id.
 * @param names - names of the elements that it may be, the declared one first.
 * @throws Error if the id belongs to something else.
 */
export function objectOf(draft: CibDraft, section: ObjectSection, id: string, ...names: string[]): Element | undefined {
  const elements = elementsWith(draft, id)
  const existing =
    elements.find(element => isObjectIn(draft, section, element)) ??
    (ownNamespace.has(names[0] ?? '') ? undefined : elements.find(({ tagName }) => !ownNamespace.has(tagName)))
  if (existing !== undefined && !names.includes(existing.tagName)) {
    throw new Error(`the inventory declares ${id} as ${names[0]}, but in the CIB ${id} is a ${existing.tagName}`)
  }
  return existing
}

/** The ids that a tag lists. */
export function taggedIds(draft: CibDraft, tag: string): string[] {
  const own = tagWith(draft, tag)
  return own === undefined ? [] : elementsOf(own, 'obj_ref').flatMap(ref => attribute(ref, 'id') ?? [])
}

/** The ids of the objects that ha-run owns for the edit's owner. */
export function ownedIds(draft: CibDraft): string[] {
  return taggedIds(draft, draft.owner.objects)
}

/** The ids of the objects that ha-run owns for others than the edit's owner, each with the name of its own. */
export function ownedByOthers(draft: CibDraft): Map<string, string> {
  const tags = elementsOf(firstOf(draft.configuration, 'tags'), 'tag').flatMap(tag => ownId(tag) ?? [])
  const owners = tags.filter(isObjectsTag).filter(tag => tag !== draft.owner.objects)
  return new Map(owners.flatMap(tag => taggedIds(draft, tag).map(id => [id, ownerName(tag)] as const)))
}

/** Each draft's owned objects before it was edited. */
const ownedBefore = new WeakMap<CibDraft, Set<string>>()

/** Whether ha-run owned an object before this edit. */
export function isOwned(draft: CibDraft, id: string): boolean {
  let owned = ownedBefore.get(draft)
  if (owned === undefined) ownedBefore.set(draft, (owned = new Set(ownedIds(draft))))
  return owned.has(id)
}
