import { append, freshId, noteValue, setAttribute, type CibDraft } from './draft.js'
import { putNvpairs } from './nvpairs.js'
import type { Operation, Primitive } from '../declaration/declaration.js'
import { sameOption, sameText, sameTime } from '../pacemaker/values.js'
import { attribute, elementsOf, firstOf, newElement, type Element } from '../pacemaker/xml.js'

/**
 * Puts a primitive's declared operations in. They are told apart by name, role and interval; where only the interval
 * of the one in the CIB differs, it is corrected rather than a second one added beside it.
 */
export function putOperations(draft: CibDraft, element: Element, primitive: Primitive): void {
  if (primitive.operations.length === 0) return
  const list = firstOf(element, 'operations') ?? append(element, newElement('operations'))
  const free = new Set(elementsOf(list, 'op'))
  const take = (found: Element | undefined): Element | undefined => {
    if (found !== undefined) free.delete(found)
    return found
  }
  // Exact matches first, or a monitor that is right would be bent into another one.
  const exact = primitive.operations.map(operation => take([...free].find(op => isOf(op, operation)
    && sameTime(attribute(op, 'interval') ?? '0', operation.interval))))
  for (const [index, operation] of primitive.operations.entries()) {
    const found = exact[index] ?? take([...free].find(op => isOf(op, operation)))
    const subject = subjectOf(primitive, operation)
    if (found === undefined) addOperation(draft, list, primitive.id, operation, subject)
    else correct(draft, found, operation, subject)
  }
}

function isOf(op: Element, operation: Operation): boolean {
  return attribute(op, 'name') === operation.name && attribute(op, 'role') === operation.options['role']
}

/** `WebSite op monitor`, with the interval where the primitive has several. */
function subjectOf(primitive: Primitive, operation: Operation): string {
  const several = primitive.operations.filter(other => other.name === operation.name).length > 1
  return `${primitive.id} op ${operation.name}${several ? ` ${operation.interval}` : ''}`
}

function addOperation(draft: CibDraft, list: Element, owner: string, operation: Operation, subject: string): void {
  const { name, interval, timeout, options } = operation
  const { attributes, params } = split(options)
  const id = freshId(draft, `${owner}-${name}-${interval}`)
  const said = { interval, ...timeout !== undefined && { timeout }, ...attributes }
  const op = append(list, newElement('op', { id, name, ...said }))
  const to = Object.entries(said).map(([key, value]) => `${key}=${value}`).join(' ')
  draft.differences.push({ subject, from: undefined, to })
  noteValue(draft, op, true)
  putParams(draft, op, params, subject)
}

function correct(draft: CibDraft, op: Element, { interval, timeout, options }: Operation, subject: string): void {
  const { attributes, params } = split(options)
  const said = { interval, ...timeout !== undefined && { timeout }, ...attributes }
  const corrected = Object.entries(said).filter(([key, value]) =>
    setAttribute(draft, op, key, value, `${subject} ${key}`, times.has(key) ? sameTime : yesOrNo.has(key) ? sameOption : sameText))
  noteValue(draft, op, corrected.length > 0)
  putParams(draft, op, params, subject)
}

// All that the schemas 3.4 to 4.0 allow on an op; anything else (OCF_CHECK_LEVEL) is a parameter of the operation.
const opAttributes = new Set([
  'description', 'start-delay', 'interval-origin', 'enabled', 'record-pending', 'role', 'on-fail'
])

const times = new Set(['interval', 'timeout', 'start-delay'])
const yesOrNo = new Set(['enabled', 'record-pending'])

function split(options: Record<string, string>): Record<'attributes' | 'params', Record<string, string>> {
  const entries = Object.entries(options)
  return {
    attributes: Object.fromEntries(entries.filter(([key]) => opAttributes.has(key))),
    params: Object.fromEntries(entries.filter(([key]) => !opAttributes.has(key)))
  }
}

function putParams(draft: CibDraft, op: Element, params: Record<string, string>, subject: string): void {
  const setId = `${attribute(op, 'id')}-instance_attributes`
  putNvpairs(draft, { holder: op, set: 'instance_attributes', setId, subject }, params)
}
