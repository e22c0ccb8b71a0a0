import type { ResourceSet } from '../declaration/declaration.js'
import { presentRole } from '../declaration/roles.js'
import { ruleText, type RuleExpression } from '../declaration/rule.js'
import { isTrue } from '../declaration/truth.js'
import { sameScore } from '../pacemaker/values.js'
import { attribute, elementsOf, newElement, remove, walk, type Element } from '../pacemaker/xml.js'
import { append, freeIds, freshId, ownId, type CibDraft } from './draft.js'
import { withRoleWords } from './role-words.js'
import { expressionIn, ruleElement } from './rules.js'

/** What is inside of a constraint: its rule, or its resource sets. It is compared as a whole, and replaced if it means something else. */
export interface Content {
  /** In the words of crmsh. */
  text: string
  /** Whether these elements mean the same. */
  isMet: (present: Element[]) => boolean
  elements: (draft: CibDraft, constraint: string) => Element[]
  /** The present elements in words, if those are others than a constraint's. */
  textOf?: (present: Element) => string
}

/** @param attributes - the score or score-attribute, and the role. */
export function ruleContent(expression: RuleExpression, attributes: Record<string, string>): Content {
  const text = ruleWords(attributes, ruleText(expression))
  return {
    text,
    isMet: ([only, ...others]) => only !== undefined && others.length === 0 && contentText(only) === text,
    elements: (draft, id) => [ruleElement(draft, `${id}-rule`, expression, withRoleWords(draft, attributes))],
  }
}

export function setContent(sets: ResourceSet[]): Content {
  const text = sets.map(set => setWords(attributesOfSet(set), set.members)).join(', ')
  return {
    text,
    isMet: present => present.map(contentText).join(', ') === text,
    elements: (draft, id) =>
      sets.map((set, at) =>
        newElement(
          'resource_set',
          { id: freshId(draft, `${id}-${at}`), ...withRoleWords(draft, attributesOfSet(set)) },
          set.members.map(member => newElement('resource_ref', { id: member })),
        ),
      ),
  }
}

function attributesOfSet({ sequential, requireAll, role, action }: ResourceSet): Record<string, string> {
  return {
    ...(sequential !== undefined && { sequential: String(sequential) }),
    ...(requireAll !== undefined && { 'require-all': String(requireAll) }),
    ...(role && { role }),
    ...(action && { action }),
  }
}

/** A rule or set of a CIB in words: the same words mean the same. */
export function contentText(element: Element): string {
  const attributes = Object.fromEntries(
    ['score', 'score-attribute', 'role', 'action', 'sequential', 'require-all', 'id-ref', 'kind', 'ordering'].flatMap(
      name => {
        const value = attribute(element, name)
        return value === undefined ? [] : [[name, value]]
      },
    ),
  )
  if (element.tagName === 'resource_set')
    return setWords(
      attributes,
      elementsOf(element, 'resource_ref').map(ref => attribute(ref, 'id') ?? ''),
    )
  const expression = expressionIn(element)
  return ruleWords(attributes, expression ? ruleText(expression) : `(${ownId(element)}, of another form)`)
}

/** `rule $role=Promoted -INFINITY: not_defined pingd`. */
function ruleWords(attributes: Record<string, string>, text: string): string {
  const { score = 'INFINITY', role, 'score-attribute': scoreAttribute } = attributes
  const infinite = ['INFINITY', '-INFINITY'].find(word => sameScore(word, score)) ?? score
  const inRole = role === undefined || role === '' ? '' : `$role=${presentRole(role)} `
  return `rule ${inRole}${scoreAttribute ?? infinite}: ${text}`
}

/** `A B`, `( C D )`, `[ E F ]`, with what else the set has: `( G H role=Promoted )`. */
function setWords(
  { sequential = 'true', 'require-all': requireAll = 'true', role, ...others }: Record<string, string>,
  members: string[],
): string {
  const [isSequential, needsAll] = [isTrue(sequential), isTrue(requireAll)]
  const more = [
    ...(isSequential && !needsAll ? ['require-all=false'] : []),
    ...(role === undefined ? [] : [`role=${presentRole(role)}`]),
    ...Object.entries(others).map(([name, value]) => `${name}=${value}`),
  ]
  const words = [...members, ...more].join(' ')
  if (!isSequential) return needsAll ? `( ${words} )` : `[ ${words} ]`
  return more.length === 0 ? words : `{ ${words} }`
}

/** Replaces the rules and sets of a constraint unless they mean what is declared, and records that as a difference. */
export function putContent(draft: CibDraft, constraint: Element, content: Content | undefined, subject: string): void {
  const present = elementsOf(constraint, 'rule', 'resource_set')
  if (content === undefined) {
    for (const element of present) {
      drop(draft, element)
      draft.differences.push({ subject: `${subject} ${element.tagName}`, from: ownId(element) ?? '', to: undefined })
    }
    return
  }
  if (present.length > 0 && content.isMet(present)) return
  for (const element of present) drop(draft, element)
  for (const element of content.elements(draft, ownId(constraint) ?? '')) append(constraint, element)
  const from = present.length === 0 ? undefined : present.map(content.textOf ?? contentText).join(', ')
  draft.differences.push({ subject, from, to: content.text })
}

function drop(draft: CibDraft, element: Element): void {
  remove(element)
  freeIds(draft, walk(element))
}
