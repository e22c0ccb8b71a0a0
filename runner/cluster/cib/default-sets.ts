import type { DefaultSet } from '../declaration/declaration.js'
import { sameScore } from '../pacemaker/values.js'
import { elementsOf, newElement, remove, walk, type Element } from '../pacemaker/xml.js'
import { ruleText, type RuleExpression } from '../declaration/rule.js'
import { putContent, type Content } from './constraint-content.js'
import { append, claim, freeIds, objectOf, objectsIn, ownId, sectionOf, setAttribute, type CibDraft } from './draft.js'
import { kindOf } from './labels.js'
import { putNvpairs } from './nvpairs.js'
import { notePart } from './parts.js'
import { expressionIn, ruleElement } from './rules.js'

/** Defaults that apply where a rule is met: a set of their own for each rule. */

export type DefaultsSection = 'rsc_defaults' | 'op_defaults'

/** Adds or corrects the declared sets. Values that somebody else has added to one of them stay. */
export function putDefaultSets(draft: CibDraft, section: DefaultsSection, sets: DefaultSet[]): void {
  for (const { id, rule, score, values } of sets) {
    const content = contentOf(rule)
    const existing = objectOf(draft, section, id, 'meta_attributes')
    const set = existing ?? append(sectionOf(draft, section), newElement('meta_attributes', { id: claim(draft, id) }))
    const subject = `${kindOf(set)} ${id}`
    if (existing === undefined) {
      for (const element of content.elements(draft, id)) append(set, element)
      draft.differences.push({ subject, from: undefined, to: content.text })
    } else putContent(draft, set, content, subject)
    if (score !== undefined)
      notePart(draft, set, 'score', setAttribute(draft, set, 'score', score, `${subject} score`, sameScore))
    putNvpairs(draft, { holder: set.parentElement!, set: 'meta_attributes', setId: id, subject, only: set }, values)
  }
}

/**
 * Removes such sets if no value is left in them: those of somebody else stay, and the rule with them.
 *
 * @param former - ids of the sets that are no longer declared.
 */
export function removeDefaultSets(draft: CibDraft, section: DefaultsSection, former: Set<string>): void {
  for (const set of objectsIn(draft, section)) {
    const id = ownId(set)
    if (id === undefined || !former.has(id) || elementsOf(set, 'nvpair').length > 0) continue
    draft.differences.push({ subject: `${kindOf(set)} ${id}`, from: rulesIn(set), to: undefined })
    remove(set)
    freeIds(draft, walk(set))
  }
}

/** The rule has no score of its own that counts: that of its set does. */
function contentOf(rule: RuleExpression): Content {
  const text = ruleText(rule)
  return {
    text,
    textOf: ruleTextOf,
    isMet: ([only, ...others]) => only !== undefined && others.length === 0 && ruleTextOf(only) === text,
    // Schemas before pacemaker-3.9 require a score, which has no effect here.
    elements: (draft, id) => [ruleElement(draft, `${id}-rule`, rule, { score: '0' })],
  }
}

function ruleTextOf(rule: Element): string {
  const expression = expressionIn(rule)
  return expression ? ruleText(expression) : `(${ownId(rule) ?? ''}, of another form)`
}

/** The rules of a set of values, in words. */
export function rulesIn(set: Element): string {
  return elementsOf(set, 'rule').map(ruleTextOf).join(', ')
}
