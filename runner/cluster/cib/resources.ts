import { append, claim, freeIds, isOwned, objectOf, sectionOf, type CibDraft } from './draft.js'
import { putNvpairs } from './nvpairs.js'
import { putOperations } from './operations.js'
import type { Clone, Primitive, ResourceGroup } from '../declaration/declaration.js'
import { attribute, elementsOf, insertAfter, newElement, remove, type Element } from '../pacemaker/xml.js'

/**
 * Adds or corrects a declared primitive, and its clone if it has one.
 *
 * @param wrappers - the declared groups and clones, each with the ids of its primitives.
 */
export function putPrimitive(draft: CibDraft, primitive: Primitive, wrappers: Map<string, string[]>): void {
  const element = objectOf(draft, 'resources', primitive.id, 'primitive') ?? addPrimitive(draft, primitive)
  putAgent(draft, element, primitive)
  const { id, params, meta, utilization = {}, clone } = primitive
  const set = { set: 'instance_attributes', setId: `${id}-instance_attributes` }
  putNvpairs(draft, { holder: element, ...set, subject: `${id} param` }, params)
  putMeta(draft, element, id, meta)
  const needs = { set: 'utilization', setId: `${id}-utilization`, subject: `${id} utilization` }
  putNvpairs(draft, { holder: element, ...needs }, utilization)
  putOperations(draft, element, primitive)
  leaveFormerWrapper(draft, element, wrappers)
  if (clone !== undefined) putClone(draft, element, clone)
}

function putMeta(draft: CibDraft, holder: Element, id: string, meta: Record<string, string>): void {
  putNvpairs(draft, { holder, set: 'meta_attributes', setId: `${id}-meta_attributes`, subject: `${id} meta` }, meta)
}

function addPrimitive(draft: CibDraft, { id, agent }: Primitive): Element {
  draft.differences.push({ subject: `primitive ${id}`, from: undefined, to: agent })
  const element = newElement('primitive', { id: claim(draft, id), ...agentAttributes(agent) })
  return append(sectionOf(draft, 'resources'), element)
}

function putAgent(draft: CibDraft, element: Element, { id, agent }: Primitive): void {
  const template = attribute(element, 'template')
  if (template !== undefined) {
    throw new Error(`${id} takes its agent from the template ${template} in the CIB, which ha-run does not edit`)
  }
  const from = ['class', 'provider', 'type'].flatMap(part => attribute(element, part) ?? []).join(':')
  if (from === agent) return
  draft.differences.push({ subject: `${id} agent`, from, to: agent })
  for (const part of ['class', 'provider', 'type']) element.removeAttribute(part)
  for (const [part, value] of Object.entries(agentAttributes(agent))) element.setAttribute(part, value)
}

/** `ocf:heartbeat:apache` has a provider, `systemd:nginx` has none. */
function agentAttributes(agent: string): Record<string, string> {
  const [standard = '', ...rest] = agent.split(':')
  if (standard !== 'ocf') return { class: standard, type: rest.join(':') }
  const [provider = '', ...type] = rest
  return { class: standard, provider, type: type.join(':') }
}

/**
 * Moves a primitive out of a group or clone that is declared without it, or that ha-run owns and that is no longer declared.
 * Somebody else's group or clone stays.
 */
function leaveFormerWrapper(draft: CibDraft, element: Element, wrappers: Map<string, string[]>): void {
  const wrapper = element.parentElement
  if (wrapper === null || wrapper.tagName === 'resources') return
  const id = idOf(wrapper)
  const before = idsOf(wrapper)
  if (wrappers.has(id)) {
    if (wrappers.get(id)?.includes(idOf(element))) return
    insertAfter(element, outermost(wrapper))
    draft.differences.push({ subject: `${wrapper.tagName} ${id}`, from: before, to: idsOf(wrapper) })
  } else if (draft.purge || isOwned(draft, id)) {
    const place = outermost(wrapper)
    for (const inner of elementsOf(wrapper, 'primitive', 'group')) place.parentElement!.insertBefore(inner, place)
    remove(wrapper)
    freeIds(draft, [wrapper])
    draft.dissolved.add(id)
    draft.differences.push({ subject: `${wrapper.tagName} ${id}`, from: before, to: undefined })
  }
}

/** The group or clone in the list of resources that contains this one, or itself: a group may be in a clone. */
function outermost(wrapper: Element): Element {
  const parent = wrapper.parentElement
  return parent === null || parent.tagName === 'resources' ? wrapper : outermost(parent)
}

function putClone(draft: CibDraft, element: Element, clone: Clone): void {
  const parent = element.parentElement ?? undefined
  const existing = objectOf(draft, 'resources', clone.id, 'clone', 'master')
  const holder = existing ?? newElement('clone', { id: claim(draft, clone.id) })
  if (existing === undefined && parent?.tagName === 'resources') {
    parent.replaceChild(holder, element)
    append(holder, element)
    draft.differences.push({ subject: `clone ${clone.id}`, from: undefined, to: idOf(element) })
  } else if (parent !== existing) {
    const place = parent?.tagName === 'resources' ? 'outside' : `in ${parent?.tagName} ${idOf(parent)}`
    throw new Error(`the inventory declares ${idOf(element)} in clone ${clone.id}, but in the CIB it is ${place}`)
  }
  putNvpairs(
    draft,
    {
      holder,
      set: 'meta_attributes',
      setId: `${clone.id}-meta_attributes`,
      subject: `${clone.id} meta`,
      names: name => [name, ...(formerNames.get(name) ?? [])],
    },
    clone.meta,
  )
}

/** The names that two options of promotable clones had in Pacemaker 1, which later ones accept. */
const formerNames = new Map([
  ['promoted-max', ['master-max']],
  ['promoted-node-max', ['master-node-max']],
])

/**
 * Adds or corrects a declared group, whose members are in the CIB already, and its clone if it has one. The order of the members is
 * corrected within the places that they have, so that a member that somebody else added keeps its place.
 */
export function putGroup(
  draft: CibDraft,
  { id, members, meta, clone }: ResourceGroup,
  wrappers: Map<string, string[]>,
): void {
  const elements = members.map(member => memberOf(draft, member, id))
  const existing = objectOf(draft, 'resources', id, 'group')
  const group = existing ?? append(sectionOf(draft, 'resources'), newElement('group', { id: claim(draft, id) }))
  const from = existing && idsOf(existing)
  place(group, elements)
  const to = idsOf(group)
  if (from !== to) draft.differences.push({ subject: `group ${id}`, from, to })
  putMeta(draft, group, id, meta)
  leaveFormerWrapper(draft, group, wrappers)
  if (clone !== undefined) putClone(draft, group, clone)
}

function memberOf(draft: CibDraft, member: string, group: string): Element {
  const element = objectOf(draft, 'resources', member, 'primitive')
  if (element === undefined) {
    throw new Error(`group ${group} has the member ${member}, which is neither declared nor in the CIB`)
  }
  const parent = element.parentElement ?? undefined
  if (parent?.tagName !== 'resources' && idOf(parent) !== group) {
    const place = `${parent?.tagName} ${idOf(parent)}`
    throw new Error(`the inventory declares ${member} in group ${group}, but in the CIB it is in ${place}`)
  }
  return element
}

function place(group: Element, declared: Element[]): void {
  const queue = [...declared]
  const isDeclared = new Set<unknown>(declared)
  const ordered = [...group.childNodes()].map(child => (isDeclared.has(child) ? (queue.shift() ?? child) : child))
  for (const child of [...ordered, ...queue]) group.appendChild(child)
}

function idsOf(wrapper: Element): string {
  return elementsOf(wrapper, 'primitive', 'group').map(idOf).join(' ')
}

function idOf(element: Element | undefined): string {
  return attribute(element, 'id') ?? ''
}
