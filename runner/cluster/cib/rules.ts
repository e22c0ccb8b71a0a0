import { combined } from '../declaration/parse-rule.js'
import {
  comparisonOperations,
  dateUnits,
  valueSources,
  valueTypes,
  type Comparison,
  type DateExpression,
  type RuleExpression,
} from '../declaration/rule.js'
import { attribute, elementsOf, firstOf, newElement, type Element } from '../pacemaker/xml.js'
import { freshId, type CibDraft } from './draft.js'

/** The rule of a location constraint, as Pacemaker's schema writes it (rule-3.4.rng to rule-4.0.rng). */

/**
 * A `rule` element for an expression.
 *
 * @param attributes - of the rule besides its id: score, role.
 */
export function ruleElement(
  draft: CibDraft,
  id: string,
  expression: RuleExpression,
  attributes: Record<string, string>,
): Element {
  const ownId = freshId(draft, id)
  const isOr = expression.kind === 'or'
  const parts = expression.kind === 'and' || expression.kind === 'or' ? expression.of : [expression]
  return newElement(
    'rule',
    { id: ownId, ...attributes, ...(isOr && { 'boolean-op': 'or' }) },
    parts.map(part => expressionElement(draft, `${ownId}-expression`, part)),
  )
}

function expressionElement(draft: CibDraft, id: string, expression: RuleExpression): Element {
  switch (expression.kind) {
    case 'comparison': {
      const { attribute: name, operation, type, value, source } = expression
      return newElement('expression', {
        id: freshId(draft, id),
        attribute: name,
        operation,
        ...(type && { type }),
        value,
        ...(source && { 'value-source': source }),
      })
    }
    case 'presence': {
      const { attribute: name, operation } = expression
      return newElement('expression', { id: freshId(draft, id), attribute: name, operation })
    }
    case 'date':
      return dateElement(draft, freshId(draft, id), expression)
    case 'resource': {
      const { kind: _, ...agent } = expression
      return newElement('rsc_expression', { id: freshId(draft, id), ...agent })
    }
    case 'op': {
      const { kind: _, ...operation } = expression
      return newElement('op_expression', { id: freshId(draft, id), ...operation })
    }
    default:
      // Schemas before pacemaker-3.9 require a score, which has no effect inside of another rule.
      return ruleElement(draft, `${id}-rule`, expression, { score: '0' })
  }
}

function dateElement(draft: CibDraft, id: string, { operation, start, end, units }: DateExpression): Element {
  const kind = operation === 'in_range' ? 'duration' : 'date_spec'
  const limits = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) }
  const inner = units === undefined ? [] : [newElement(kind, { id: freshId(draft, `${id}-${kind}`), ...units })]
  return newElement('date_expression', { id, operation, ...limits }, inner)
}

/** The expression of a rule; undefined if it is of a kind that an inventory cannot declare, or shared by id-ref. */
export function expressionIn(rule: Element): RuleExpression | undefined {
  const parts = elementsOf(rule).map(partIn)
  if (parts.length === 0 || attribute(rule, 'id-ref') !== undefined) return undefined
  const known = parts.filter(part => part !== undefined)
  const kind = (attribute(rule, 'boolean-op') ?? 'and').toLowerCase() === 'or' ? 'or' : 'and'
  return known.length < parts.length ? undefined : combined(kind, known)
}

function partIn(element: Element): RuleExpression | undefined {
  switch (element.tagName) {
    case 'rule':
      return expressionIn(element)
    case 'expression':
      return attributeExpressionIn(element)
    case 'date_expression':
      return dateIn(element)
    case 'rsc_expression':
      return { kind: 'resource', ...present(element, 'class', 'provider', 'type') }
    case 'op_expression':
      return { kind: 'op', name: attribute(element, 'name') ?? '', ...present(element, 'interval') }
    default:
      return undefined
  }
}

/** Those of the attributes that an element has. */
function present<Name extends string>(element: Element, ...names: Name[]): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const value = attribute(element, name)
    if (value !== undefined) found[name] = value
  }
  return found
}

function attributeExpressionIn(element: Element): RuleExpression | undefined {
  const [name = '', word, value, typeWord, sourceWord] = [
    'attribute',
    'operation',
    'value',
    'type',
    'value-source',
  ].map(key => attribute(element, key))
  if (word === 'defined' || word === 'not_defined') return { kind: 'presence', operation: word, attribute: name }
  const operation = comparisonOperations.find(known => known === word)
  const type = valueTypes.find(known => known === typeWord)
  const source = valueSources.find(known => known === sourceWord)
  if (operation === undefined || value === undefined) return undefined
  const comparison: Comparison = { kind: 'comparison', attribute: name, operation, value }
  return { ...comparison, ...(type && { type }), ...(source && { source }) }
}

function dateIn(element: Element): DateExpression | undefined {
  const operation = (['lt', 'gt', 'in_range', 'date_spec'] as const).find(
    known => known === attribute(element, 'operation'),
  )
  if (operation === undefined) return undefined
  const [start, end] = ['start', 'end'].map(name => attribute(element, name))
  const inner = firstOf(element, 'duration') ?? firstOf(element, 'date_spec')
  const units = dateUnits.flatMap(unit => {
    const value = attribute(inner, unit)
    return value === undefined ? [] : [[unit, value] as const]
  })
  return {
    kind: 'date',
    operation,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(inner && { units: Object.fromEntries(units) }),
  }
}
