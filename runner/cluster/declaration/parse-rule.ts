import {
  comparisonOperations,
  dateUnits,
  valueSources,
  valueTypes,
  type AgentExpression,
  type Combination,
  type DateExpression,
  type OperationExpression,
  type RuleExpression,
} from './rule.js'

/** A token of a rule. A quoted one is a name or a value, never a word of the grammar. */
interface Token {
  text: string
  isQuoted: boolean
}

const tokenPattern =
  /\s*(?:([()])|"([^"]*)"|'([^']*)'|([^\s"'()=]+=)(?:"([^"]*)"|'([^']*)'|([^\s"'()]*))|([^\s"'()]+))/y

/** @throws Error if a quote is not closed. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  const pattern = new RegExp(tokenPattern)
  for (let rest = text.trimEnd().length; pattern.lastIndex < rest;) {
    const at = pattern.lastIndex
    const match = pattern.exec(text)
    if (match === null) throw new Error(`unexpected ${text.slice(at).trim().slice(0, 20)}`)
    const [, bracket, double, single, name, ...values] = match
    const quoted = double ?? single
    const plain = values.at(-1)
    if (quoted !== undefined) tokens.push({ text: quoted, isQuoted: true })
    else if (name !== undefined)
      tokens.push({ text: `${name}${values.slice(0, 3).find(value => value !== undefined) ?? ''}`, isQuoted: false })
    else tokens.push({ text: bracket ?? plain ?? '', isQuoted: false })
  }
  return tokens
}

/** What a rule is for. Pacemaker knows neither nodes where defaults apply, nor agents and operations in a location. */
export type RuleContext = 'location' | 'resource defaults' | 'operation defaults'

/** Reads tokens from left to right. */
class Reader {
  #at = 0
  constructor(
    private readonly tokens: Token[],
    readonly context: RuleContext,
  ) {}

  get next(): Token | undefined {
    return this.tokens[this.#at]
  }

  /** Takes the next token if it is one of these words of the grammar. */
  take<Word extends string>(...words: readonly Word[]): Word | undefined {
    const token = this.next
    const found = token?.isQuoted === false ? words.find(word => word === token.text) : undefined
    if (found !== undefined) this.#at += 1
    return found
  }

  /** Takes a name or value. */
  value(what: string): string {
    const token = this.next
    if (token === undefined) throw new Error(`expected ${what} at the end`)
    if (!token.isQuoted && /^[()]$|^(and|or)$/.test(token.text)) throw new Error(`expected ${what}, got ${token.text}`)
    this.#at += 1
    return token.text
  }
}

/**
 * Reads a rule: `pingd lt 1 or not_defined pingd`. `and` and `or` cannot stand side by side without parentheses, which crmsh does not have.
 *
 * @throws Error with what is wrong.
 */
export function parseRule(text: string, context: RuleContext = 'location'): RuleExpression {
  const score = /^\s*(?:[+-]?(?:inf(?:inity)?|\d+)|[\w-]+):\s/i.exec(text)
  if (score !== null)
    throw new Error(`the score ${score[0].trim()} stands before the rule: declare it as "score" beside it`)
  const reader = new Reader(tokensOf(text), context)
  const expression = combination(reader)
  if (reader.next !== undefined) throw new Error(`expected "and" or "or" before ${reader.next.text}`)
  return expression
}

function combination(reader: Reader): RuleExpression {
  const first = term(reader)
  const kind = reader.take('and', 'or')
  if (kind === undefined) return first
  const of = [first, term(reader)]
  for (let next = reader.take('and', 'or'); next !== undefined; next = reader.take('and', 'or')) {
    if (next !== kind) throw new Error('"and" and "or" side by side: group them with parentheses')
    of.push(term(reader))
  }
  return combined(kind, of)
}

/** The expressions, with those of the same kind taken out of their parentheses: they mean the same. */
export function combined(kind: Combination['kind'], of: RuleExpression[]): RuleExpression {
  const flat = of.flatMap(part => (part.kind === kind ? part.of : [part]))
  return flat.length === 1 ? flat[0]! : { kind, of: flat }
}

function term(reader: Reader): RuleExpression {
  if (reader.take('(') !== undefined) {
    const inner = combination(reader)
    if (reader.take(')') === undefined) throw new Error('a parenthesis is not closed')
    return inner
  }
  if (reader.take('date') !== undefined) return date(reader)
  if (reader.context !== 'location') return matching(reader)
  const presence = reader.take('defined', 'not_defined')
  if (presence !== undefined)
    return { kind: 'presence', operation: presence, attribute: reader.value('a node attribute') }
  return comparison(reader)
}

/** An expression about agents or operations. */
function matching(reader: Reader): AgentExpression | OperationExpression {
  const { context } = reader
  const allowed = ['date', 'resource', ...(context === 'operation defaults' ? ['op'] : [])]
  const kind = reader.take('resource', 'op')
  if (kind === undefined || !allowed.includes(kind)) {
    const found = kind ?? reader.value(`one of ${allowed.join(', ')}`)
    throw new Error(`expected ${allowed.join(' or ')} in a rule of ${context}, got ${found}`)
  }
  if (kind === 'op') {
    const name = reader.value('the name of an operation')
    const [key, interval] = pairIn(reader) ?? []
    if (key !== undefined && key !== 'interval') throw new Error(`expected interval= after op ${name}, got ${key}=`)
    return { kind, name, ...(interval !== undefined && { interval }) }
  }
  const agent = reader.value('an agent such as ocf:heartbeat:apache or systemd::')
  // As for pcs, a part that is left out may be anything.
  const [standard = '', provider = '', type = '', ...rest] = agent.split(':')
  if (rest.length > 0 || !/^[\w.:@\\-]*[\w]/.test(agent))
    throw new Error(`expected an agent such as ocf:heartbeat:apache, systemd:: or ::IPaddr2, got ${agent}`)
  return { kind, ...(standard && { class: standard }), ...(provider && { provider }), ...(type && { type }) }
}

function comparison(reader: Reader): RuleExpression {
  const attribute = reader.value('a node attribute')
  const operator = reader.value(`one of ${comparisonOperations.join(', ')}`)
  const [name = '', prefix] = operator.split(':').toReversed()
  const operation = comparisonOperations.find(known => known === name)
  const type = valueTypes.find(known => known === prefix)
  if (operation === undefined)
    throw new Error(`expected one of ${comparisonOperations.join(', ')} after ${attribute}, got ${operator}`)
  if (prefix !== undefined && type === undefined)
    throw new Error(`expected one of the types ${valueTypes.join(', ')} in ${operator}`)
  const isQuoted = reader.next?.isQuoted
  const value = reader.value('a value')
  const [, from, inner] = (!isQuoted && /^(\w+)\{(.+)\}$/.exec(value)) || []
  const source = valueSources.find(known => known === from)
  if (from !== undefined && source === undefined)
    throw new Error(`expected ${valueSources.join(' or ')} before {, got ${from}`)
  return {
    kind: 'comparison',
    attribute,
    operation,
    ...(type && { type }),
    value: source === undefined ? value : inner!,
    ...(source && { source }),
  }
}

function date(reader: Reader): DateExpression {
  const simple = reader.take('lt', 'gt')
  if (simple !== undefined)
    return { kind: 'date', operation: simple, [simple === 'lt' ? 'end' : 'start']: moment(reader.value('a date')) }
  const operation = { in: 'in_range', in_range: 'in_range', spec: 'date_spec', date_spec: 'date_spec' } as const
  const name = reader.take('in', 'in_range', 'spec', 'date_spec')
  if (name === undefined) throw new Error('expected lt, gt, in or spec after "date"')
  const limits: { start?: string; end?: string } = {}
  const units: Record<string, string> = {}
  for (let pair = pairIn(reader); pair !== undefined; pair = pairIn(reader)) {
    const [key, value] = pair
    const unit = dateUnits.find(known => known === key)
    if ((key === 'start' || key === 'end') && operation[name] === 'in_range') limits[key] = moment(value)
    else if (unit === undefined) throw new Error(`expected one of ${dateUnits.join(', ')}, got ${key}`)
    else if (/^\d+(-\d*)?$/.test(value)) units[unit] = value
    else throw new Error(`expected a number or a range for ${key}, got ${value}`)
  }
  const hasUnits = Object.keys(units).length > 0
  if (operation[name] === 'date_spec' && !hasUnits) throw new Error('expected parts of a date, such as hours=9-16')
  if (
    operation[name] === 'in_range' &&
    !(limits.end === undefined ? limits.start !== undefined && hasUnits : !hasUnits)
  )
    throw new Error('expected start= and end=, end= alone, or start= and a duration such as months=3')
  return { kind: 'date', operation: operation[name], ...limits, ...(hasUnits && { units }) }
}

function pairIn(reader: Reader): [key: string, value: string] | undefined {
  const [, key, value] = (reader.next?.isQuoted === false && /^([^=]+)=(.*)$/s.exec(reader.next.text)) || []
  if (key === undefined || value === undefined) return undefined
  reader.value('a pair')
  return [key, value]
}

/** An ISO 8601 date, with a time if wanted. */
function moment(text: string): string {
  if (
    /^\d{4}-\d\d-\d\d([T ]\d\d(:\d\d){0,2}(Z|[+-]\d\d(:?\d\d)?)?)?$/.test(text) &&
    !Number.isNaN(Date.parse(text.slice(0, 10)))
  )
    return text
  throw new Error(`expected a date such as 2026-12-24 or "2026-12-24 18:00:00", got ${text}`)
}
