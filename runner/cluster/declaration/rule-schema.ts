import * as z from 'zod/mini'
import { textThat } from '../../inventory/check.js'
import { parseRule, type RuleContext } from './parse-rule.js'
import type { RuleExpression } from './rule.js'

/** The text of a rule; an error says what is wrong in it. */
export function ruleIn(context: RuleContext) {
  const example = context === 'location' ? 'pingd lt 1 or not_defined pingd' : 'date spec hours=9-16'
  return z.pipe(
    textThat(`a rule such as "${example}"`, () => true),
    z.transform((text, { issues }): RuleExpression => {
      try {
        return parseRule(text, context)
      } catch (error) {
        issues.push({
          code: 'custom',
          input: text,
          message: `not a rule: ${(error as Error).message}\nRules are in the words of crmsh: docs/resources.md shows them.`,
        })
        return z.NEVER
      }
    }),
  )
}
