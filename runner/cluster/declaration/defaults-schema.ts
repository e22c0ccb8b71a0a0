import * as z from 'zod/mini'
import { either, mapping } from '../../inventory/check.js'
import type { DefaultSet } from './declaration.js'
import type { RuleContext } from './parse-rule.js'
import { ruleIn } from './rule-schema.js'
import { attributes, idText, score } from './schema-parts.js'

/** Defaults of resources and operations: values that always apply, and sets that apply where a rule is met. */
export interface DeclaredDefaults {
  values: Record<string, string>
  sets: DefaultSet[]
  /** The ids in the order of the list, with an empty one for the set without a rule; left out if it is a mapping. */
  order?: string[]
}

/** The place of a name among the defaults in the inventory. @param path - below `cluster:`, with the id of a set. */
export function placeOfDefault([section = '', ...rest]: readonly string[], { order }: DeclaredDefaults): string[] {
  const [name = '', id = ''] = rest.toReversed()
  return order === undefined ? [section, ...rest] : [section, String(order.indexOf(id)), 'values', name]
}

/** A mapping of values, or a list of sets: one without a rule, and others with an id and a rule. */
export function defaultsSchema(context: Exclude<RuleContext, 'location'>) {
  const set = mapping(
    'a mapping with values, or with id, rule, score and values',
    { id: z.optional(idText), rule: z.optional(ruleIn(context)), score: z.optional(score), values: attributes },
    { set: 'Did you mean "values"?', meta: 'Did you mean "values"?' },
  )
  const list = z.pipe(
    z.array(set),
    z.transform((sets, { issues }): DeclaredDefaults => {
      const problem = (at: number, message: string) =>
        issues.push({ code: 'custom', input: sets[at], path: [at], message })
      const declared: DeclaredDefaults = { values: {}, sets: [], order: sets.map(({ id = '' }) => id) }
      const seen = new Set<string>()
      for (const [at, { id = '', rule, score: own, values }] of sets.entries()) {
        if (seen.has(id))
          problem(
            at,
            id === ''
              ? 'a second set without an id\nOnly one set applies without a rule.'
              : `the id "${id}" is used twice`,
          )
        seen.add(id)
        if ((id === '') !== (rule === undefined))
          problem(
            at,
            `${id === '' ? '"rule" without "id"' : '"id" without "rule"'}\nA set has both, or it has only values, which then always apply.`,
          )
        else if (own !== undefined && rule === undefined)
          problem(
            at,
            '"score" without "rule"\nValues without a rule give way to those of any set whose rule is met and whose score is higher.',
          )
        if (rule === undefined) declared.values = { ...declared.values, ...values }
        else declared.sets.push({ id, rule, ...(own !== undefined && { score: own }), values })
      }
      return declared
    }),
  )
  const plain = z.pipe(
    attributes,
    z.transform((values): DeclaredDefaults => ({ values, sets: [] })),
  )
  return either<DeclaredDefaults>(value => (Array.isArray(value) ? list : plain))
}
