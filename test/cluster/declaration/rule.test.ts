import test from 'ava'
import fc from 'fast-check'
import { combined, parseRule } from '../../../runner/cluster/declaration/parse-rule.js'
import {
  comparisonOperations,
  dateUnits,
  ruleText,
  valueSources,
  valueTypes,
  type RuleExpression,
} from '../../../runner/cluster/declaration/rule.js'
import { draftOf } from '../../../runner/cluster/cib/draft.js'
import { expressionIn, ruleElement } from '../../../runner/cluster/cib/rules.js'
import { parseXml, renderXml } from '../../../runner/cluster/pacemaker/xml.js'

/** Names and values, some of which are words of the grammar. Nobody can write a text with both kinds of quotes. */
const text = fc.oneof(
  fc.constantFrom(
    'pingd',
    '#uname',
    'and',
    'or',
    'date',
    'defined',
    'lt',
    'a b',
    '(',
    'param{x}',
    'a=b',
    "it's",
    '"',
    '',
  ),
  fc.string({ maxLength: 6 }).filter(value => !(value.includes('"') && value.includes("'"))),
)
const day = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map(date => date.toISOString().slice(0, 10))
const units = fc.dictionary(fc.constantFrom(...dateUnits), fc.constantFrom('1', '9-16', '5-'), { minKeys: 1 })

const date: fc.Arbitrary<RuleExpression> = fc.oneof(
  day.map((end): RuleExpression => ({ kind: 'date', operation: 'lt', end })),
  day.map((start): RuleExpression => ({ kind: 'date', operation: 'gt', start })),
  fc.tuple(day, day).map(([start, end]): RuleExpression => ({ kind: 'date', operation: 'in_range', start, end })),
  fc
    .tuple(day, units)
    .map(([start, own]): RuleExpression => ({ kind: 'date', operation: 'in_range', start, units: own })),
  units.map((own): RuleExpression => ({ kind: 'date', operation: 'date_spec', units: own })),
)
const ofLocations: fc.Arbitrary<RuleExpression> = fc.oneof(
  fc
    .record({
      attribute: text,
      operation: fc.constantFrom(...comparisonOperations),
      type: fc.option(fc.constantFrom(...valueTypes), { nil: undefined }),
      value: text,
    })
    .map(({ type, ...rest }): RuleExpression => ({ kind: 'comparison', ...rest, ...(type && { type }) })),
  fc
    .record({ attribute: text, source: fc.constantFrom(...valueSources), value: fc.constantFrom('site', 'a.b') })
    .map((rest): RuleExpression => ({ kind: 'comparison', operation: 'eq', ...rest })),
  fc
    .record({ operation: fc.constantFrom('defined' as const, 'not_defined' as const), attribute: text })
    .map((rest): RuleExpression => ({ kind: 'presence', ...rest })),
  date,
)
const ofDefaults: fc.Arbitrary<RuleExpression> = fc.oneof(
  fc
    .tuple(fc.constantFrom('ocf', 'systemd'), fc.constantFrom('', 'heartbeat'), fc.constantFrom('', 'Dummy', 'a@b.c'))
    .map(([standard, provider, type]): RuleExpression => ({
      kind: 'resource',
      class: standard,
      ...(provider && { provider }),
      ...(type && { type }),
    })),
  fc
    .tuple(text, fc.option(text, { nil: undefined }))
    .map(([name, interval]): RuleExpression => ({ kind: 'op', name, ...(interval !== undefined && { interval }) })),
  date,
)
const combinations = (simple: fc.Arbitrary<RuleExpression>) =>
  fc.letrec<{ expression: RuleExpression }>(tie => ({
    expression: fc.oneof(
      { maxDepth: 3 },
      simple,
      fc
        .tuple(
          fc.constantFrom('and' as const, 'or' as const),
          fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
        )
        .map(([kind, of]) => combined(kind, of)),
    ),
  })).expression
const expression = combinations(ofLocations)

test('a word that ends with a colon is no score', t => {
  t.is(ruleText(parseRule('"-:" lt 1')), '"-:" lt 1')
})

test('a rule of defaults is read again, from words and from the CIB', t => {
  fc.assert(
    fc.property(combinations(ofDefaults), rule => {
      t.deepEqual(parseRule(ruleText(rule), 'operation defaults'), rule)
      const draft = draftOf('<cib><configuration/></cib>')
      t.deepEqual(expressionIn(parseXml(renderXml(ruleElement(draft, 'r', rule, { score: '0' })))), rule)
    }),
  )
})

test('what is written is read again', t => {
  fc.assert(
    fc.property(expression, rule => {
      t.deepEqual(parseRule(ruleText(rule)), rule)
    }),
  )
})

test('what is put into the CIB is read again, and its ids are unique', t => {
  fc.assert(
    fc.property(expression, rule => {
      const draft = draftOf('<cib><configuration/></cib>')
      const written = renderXml(ruleElement(draft, 'l-rule', rule, { score: '5' }))
      const read = expressionIn(parseXml(written))
      t.is(read && ruleText(read), ruleText(rule))
      const ids = [...written.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
      t.deepEqual(ids, [...new Set(ids)])
    }),
  )
})

test('no text makes the parser fail in another way than with a message', t => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), words => {
      try {
        t.truthy(parseRule(words.join(' ')))
      } catch (error) {
        t.true((error as Error).message.length > 10, String(error))
      }
    }),
  )
})
