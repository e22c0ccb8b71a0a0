import { append, dropAttribute, freshId, noteValue, setAttribute, type CibDraft } from './draft.js'
import { putNvpairs } from './nvpairs.js'
import { withRoleWords } from './role-words.js'
import type { Operation, Primitive } from '../declaration/declaration.js'
import { sameRole } from '../declaration/roles.js'
import { sameOption, sameText, sameTime } from '../pacemaker/values.js'
import { attribute, elementsOf, firstOf, newElement, type Element } from '../pacemaker/xml.js'

/**
 * Adds or corrects a primitive's declared operations. They are identified by name, role and interval; if only the interval of the
 * operation in the CIB differs, it is corrected, and no second operation is added.
 */
export function putOperations(draft: CibDraft, element: Element, primitive: Primitive): void {
  if (primitive.operations.length === 0) return
  const list = firstOf(element, 'operations') ?? append(element, newElement('operations'))
  const free = new Set(elementsOf(list, 'op'))
  const take = (op: Element | undefined): Element | undefined => {
    if (op !== undefined) free.delete(op)
    return op
  }
  // Exact matches first, or a monitor that is right would be changed into another one.
  const exact = primitive.operations.map(operation =>
    take([...free].find(op => isOf(op, operation) && sameTime(attribute(op, 'interval') ?? '0', operation.interval))),
  )
  const similar = primitive.operations.map(
    (operation, index) => exact[index] ?? take([...free].find(op => isOf(op, operation))),
  )
  for (const [index, operation] of primitive.operations.entries()) {
    // Pacemaker refuses a second operation with the same interval, whatever its role is.
    const present = similar[index] ?? take([...free].find(op => takesPlaceOf(op, operation)))
    const subject = subjectOf(primitive, operation)
    if (present === undefined) addOperation(draft, list, primitive.id, operation, subject)
    else correct(draft, present, operation, subject)
  }
}

function isOf(op: Element, operation: Operation): boolean {
  return attribute(op, 'name') === operation.name && hasRole(op, operation)
}

function takesPlaceOf(op: Element, { name, interval }: Operation): boolean {
  return attribute(op, 'name') === name && sameTime(attribute(op, 'interval') ?? '0', interval)
}

function hasRole(op: Element, { options }: Operation): boolean {
  return sameRole(attribute(op, 'role') ?? '', options['role'] ?? '')
}

/** `WebSite op monitor`, with the interval if the primitive has several monitors. */
function subjectOf(primitive: Primitive, operation: Operation): string {
  const several = primitive.operations.filter(other => other.name === operation.name).length > 1
  return `${primitive.id} op ${operation.name}${several ? ` ${operation.interval}` : ''}`
}

function addOperation(draft: CibDraft, list: Element, owner: string, operation: Operation, subject: string): void {
  const { name, interval, timeout, options } = operation
  const { attributes, params } = split(draft, options)
  const id = freshId(draft, `${owner}-${name}-${interval}`)
  const declared = { interval, ...(timeout !== undefined && { timeout }), ...attributes }
  const op = append(list, newElement('op', { id, name, ...declared }))
  const to = Object.entries(declared)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
  draft.differences.push({ subject, from: undefined, to })
  noteValue(draft, op, true)
  putParams(draft, op, params, subject)
}

function correct(draft: CibDraft, op: Element, operation: Operation, subject: string): void {
  const { interval, timeout, options } = operation
  const { attributes, params } = split(draft, options)
  if (options['role'] === undefined) dropAttribute(draft, op, 'role', `${subject} role`)
  const declared = { interval, ...(timeout !== undefined && { timeout }), ...attributes }
  const corrected = Object.entries(declared).filter(([key, value]) =>
    setAttribute(draft, op, key, value, `${subject} ${key}`, comparisons[key] ?? sameText),
  )
  noteValue(draft, op, corrected.length > 0)
  putParams(draft, op, params, subject)
}

// The attributes that the schemas 3.4 to 4.0 allow on an op; anything else (OCF_CHECK_LEVEL) is a parameter of the operation.
const opAttributes = new Set([
  'description',
  'start-delay',
  'interval-origin',
  'enabled',
  'record-pending',
  'role',
  'on-fail',
])

const comparisons: Record<string, (one: string, other: string) => boolean> = {
  interval: sameTime,
  timeout: sameTime,
  'start-delay': sameTime,
  enabled: sameOption,
  'record-pending': sameOption,
  role: sameRole,
}

function split(
  draft: CibDraft,
  options: Record<string, string>,
): Record<'attributes' | 'params', Record<string, string>> {
  const entries = Object.entries(withRoleWords(draft, options))
  return {
    attributes: Object.fromEntries(entries.filter(([key]) => opAttributes.has(key))),
    params: Object.fromEntries(entries.filter(([key]) => !opAttributes.has(key))),
  }
}

function putParams(draft: CibDraft, op: Element, params: Record<string, string>, subject: string): void {
  const setId = `${attribute(op, 'id')}-instance_attributes`
  putNvpairs(draft, { holder: op, set: 'instance_attributes', setId, subject }, params)
}
