/**
 * Rules: expressions about attributes of a node and about the time, in the words of crmsh; for defaults also about resources and operations, in
 * the words of pcs, since crmsh has none.
 */

export type RuleExpression =
  | Comparison
  | Presence
  | DateExpression
  | AgentExpression
  | OperationExpression
  | Combination

/** `pingd lt 1`, `cpus number:gt 4`, `site eq param{site}`. */
export interface Comparison {
  kind: 'comparison'
  attribute: string
  operation: (typeof comparisonOperations)[number]
  /** Left out: Pacemaker chooses by the operation and the value. */
  type?: ValueType
  value: string
  /** The value is the name of a parameter or meta attribute of the resource. */
  source?: ValueSource
}

/** `defined pingd`. */
export interface Presence {
  kind: 'presence'
  operation: 'defined' | 'not_defined'
  attribute: string
}

/** `date lt 2027-01-01`, `date in start=2026-12-24 end=2026-12-27`, `date spec hours=9-16 weekdays=1-5`. */
export interface DateExpression {
  kind: 'date'
  operation: 'lt' | 'gt' | 'in_range' | 'date_spec'
  start?: string
  end?: string
  /** The parts of a date, or the duration after `start`: `hours`, `weekdays` … */
  units?: Record<string, string>
}

/** `resource ocf:heartbeat:apache`, `resource systemd::`, `resource ::IPaddr2`: the parts that are left out may be anything. */
export interface AgentExpression {
  kind: 'resource'
  class?: string
  provider?: string
  type?: string
}

/** `op monitor`, `op monitor interval=10s`. */
export interface OperationExpression {
  kind: 'op'
  name: string
  interval?: string
}

/** Two expressions or more. */
export interface Combination {
  kind: 'and' | 'or'
  of: RuleExpression[]
}

export const comparisonOperations = ['lt', 'gt', 'lte', 'gte', 'eq', 'ne'] as const
export const valueTypes = ['string', 'integer', 'number', 'version'] as const
export const valueSources = ['param', 'meta'] as const
export type ValueType = (typeof valueTypes)[number]
export type ValueSource = (typeof valueSources)[number]

/** What a duration and a date specification may contain (Pacemaker Explained; Pacemaker spells yearsdays so). */
export const dateUnits = [
  'hours',
  'monthdays',
  'weekdays',
  'yearsdays',
  'months',
  'weeks',
  'years',
  'weekyears',
] as const

/** A rule as crmsh writes it. The same text means the same rule. */
export function ruleText(expression: RuleExpression): string {
  switch (expression.kind) {
    case 'comparison': {
      const { attribute, operation, type, value, source } = expression
      const typed = type === undefined ? operation : `${type}:${operation}`
      return `${word(attribute)} ${typed} ${source === undefined ? word(value) : `${source}{${value}}`}`
    }
    case 'presence':
      return `${expression.operation} ${word(expression.attribute)}`
    case 'date':
      return dateText(expression)
    case 'resource':
      return `resource ${[expression.class, expression.provider, expression.type].map(part => part ?? '').join(':')}`
    case 'op': {
      const { name, interval } = expression
      return `op ${word(name)}${interval === undefined ? '' : ` interval=${word(interval)}`}`
    }
    default:
      return expression.of
        .map(part => (part.kind === 'and' || part.kind === 'or' ? `(${ruleText(part)})` : ruleText(part)))
        .join(` ${expression.kind} `)
  }
}

function dateText({ operation, start, end, units = {} }: DateExpression): string {
  if (operation === 'lt') return `date lt ${word(end ?? '')}`
  if (operation === 'gt') return `date gt ${word(start ?? '')}`
  const limits = [
    ...(start === undefined ? [] : [`start=${word(start)}`]),
    ...(end === undefined ? [] : [`end=${word(end)}`]),
  ]
  const parts = dateUnits.flatMap(unit => (units[unit] === undefined ? [] : [`${unit}=${word(units[unit])}`]))
  return ['date', operation === 'in_range' ? 'in' : 'spec', ...limits, ...parts].join(' ')
}

/** Words of the grammar are quoted if they are names or values. */
const reserved = /^(and|or|date|defined|not_defined)$|^(param|meta)\{.*\}$/

/** A name or value, quoted if it would be read as something else. */
function word(text: string): string {
  // With a colon at its end, the first word would be a score.
  if (/^[^\s"'()=]+(?<!:)$/.test(text) && !reserved.test(text)) return text
  return text.includes('"') ? `'${text}'` : `"${text}"`
}
