import type { Difference } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import type { Candidate } from '../../runner/cluster/cib/cib.js'
import { draftOf, ownId, sectionOf, type CibDraft } from '../../runner/cluster/cib/draft.js'
import { describe, kindOf, masked, valueSubject } from '../../runner/cluster/cib/labels.js'
import { attribute, elementsOf, renderXml, walk, type Element } from '../../runner/cluster/pacemaker/xml.js'

/** Takes one change of the CIB back, and leaves what has been changed since alone. */

/** A change: the CIB before it and after it. */
export interface Change {
  before: string
  after: string
}

/**
 * The CIB with that change undone: every object that it made, changed or removed is put back as it was.
 *
 * @throws TaskError where such an object has been changed since.
 */
export function withoutChange(cib: string, { before, after }: Change): Candidate {
  const [now, then, thereafter] = [draftOf(cib), draftOf(before), draftOf(after)]
  const words = labelsOf(now)
  const changed = changedUnits(then, thereafter)
  const [present, former, latter] = [unitsOf(now), unitsOf(then), unitsOf(thereafter)]
  const moved = changed.filter(key => ![text(latter.get(key)), text(former.get(key))].includes(text(present.get(key))))
  if (moved.length > 0) {
    throw new TaskError(`changed in the CIB since then: ${moved.map(key => key.split('/').at(-1)).join(', ')}; nothing was taken back`, {
      hint: 'make them what they should be by `crm configure edit`, or declare them and run `ha-run constraints`',
    })
  }
  for (const key of changed) putBack(now, key, present.get(key), former.get(key), [...former.keys()])
  return { text: renderXml(now.cib), differences: wordDifferences(words, labelsOf(now)) }
}

/** What is put back as a whole: an object of a section, or one value where a section is all values. */
function unitsOf({ configuration }: CibDraft): Map<string, Element> {
  return new Map(elementsOf(configuration).flatMap(section => elementsOf(section).flatMap(child =>
    optionSections.has(section.tagName)
      ? elementsOf(child).map(pair => [`${section.tagName}/${ownId(child)}/${ownId(pair)}`, pair] as const)
      : [[`${section.tagName}/${ownId(child)}`, child] as const])))
}

const optionSections = new Set(['crm_config', 'rsc_defaults', 'op_defaults'])

function changedUnits(before: CibDraft, after: CibDraft): string[] {
  const [one, other] = [unitsOf(before), unitsOf(after)]
  return [...new Set([...one.keys(), ...other.keys()])].filter(key => text(one.get(key)) !== text(other.get(key)))
}

function text(element: Element | undefined): string {
  return element === undefined ? '' : renderXml(element)
}

/** @param order - of the units as they were, so that one that comes back stands where it stood. */
function putBack(draft: CibDraft, key: string, present: Element | undefined, former: Element | undefined, order: string[]): void {
  const holder = holderOf(draft, key)
  if (present && former) holder.replaceChild(former, present)
  else if (present) holder.removeChild(present)
  else if (former) {
    const units = unitsOf(draft)
    const next = order.slice(order.indexOf(key) + 1).flatMap(other => units.get(other) ?? []).find(element => element.parentNode === holder)
    holder.insertBefore(former, next ?? null)
  }
}

/** @throws Error where the set that a value stood in is gone. */
function holderOf(draft: CibDraft, key: string): Element {
  const [section = '', ...ids] = key.split('/')
  const holder = sectionOf(draft, section)
  if (ids.length === 1) return holder
  const set = elementsOf(holder).find(child => ownId(child) === ids[0])
  if (set === undefined) throw new Error(`${ids[0]} is no longer in the CIB`)
  return set
}

/** Each object and value by what people call it. ha-run's own notes are nobody's concern. */
function labelsOf(draft: CibDraft): Map<string, string> {
  const words = new Map<string, string>()
  for (const section of elementsOf(draft.configuration)) {
    if (section.tagName === 'tags') continue
    for (const element of walk(section)) {
      if (ownId(element) === undefined || /_attributes$|_property_set$/.test(element.tagName)) continue
      if (element.tagName === 'nvpair') words.set(valueSubject(element), attribute(element, 'value') ?? '')
      else if (element.tagName === 'op') words.set(valueSubject(element), describe(element))
      else words.set(`${kindOf(element)} ${ownId(element)}`, describe(element))
    }
  }
  return words
}

function wordDifferences(before: Map<string, string>, after: Map<string, string>): Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(subject => before.get(subject) !== after.get(subject))
    .map(subject => masked({ subject, from: before.get(subject), to: after.get(subject) }))
}
