import type { Difference } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import type { Candidate } from '../../runner/cluster/cib/cib.js'
import { draftOf, ownId, sectionOf, type CibDraft } from '../../runner/cluster/cib/draft.js'
import { describe, kindOf, masked, valueSubject } from '../../runner/cluster/cib/labels.js'
import { attribute, elementsOf, renderXml, walk, type Element } from '../../runner/cluster/pacemaker/xml.js'

/** Undoes one change of the CIB, and keeps what has been changed since. */

/** A change: the CIB before it and after it. */
export interface Change {
  before: string
  after: string
}

/**
 * The CIB without that change: every object that it added, changed or removed is as it was before.
 *
 * @throws TaskError if such an object has been changed since.
 */
export function withoutChange(cib: string, { before, after }: Change): Candidate {
  const [present, former, latter] = [draftOf(cib), draftOf(before), draftOf(after)]
  const labels = labelsOf(present)
  const changed = changedUnits(former, latter)
  const [presentUnits, formerUnits, latterUnits] = [unitsOf(present), unitsOf(former), unitsOf(latter)]
  const changedSince = changed.filter(
    key => ![text(latterUnits.get(key)), text(formerUnits.get(key))].includes(text(presentUnits.get(key))),
  )
  if (changedSince.length > 0) {
    throw new TaskError(
      `changed in the CIB since then: ${changedSince.map(key => key.split('/').at(-1)).join(', ')}; nothing was rolled back`,
      {
        hint: 'correct them with `crm configure edit`, or declare them and run `ha-run constraints`',
      },
    )
  }
  for (const key of changed) putBack(present, key, presentUnits.get(key), formerUnits.get(key), [...formerUnits.keys()])
  return { text: renderXml(present.cib), differences: labelDifferences(labels, labelsOf(present)) }
}

/** The units of a rollback: the objects of a section, or the single values of a section that has only values. */
function unitsOf({ configuration }: CibDraft): Map<string, Element> {
  return new Map(
    elementsOf(configuration).flatMap(section =>
      elementsOf(section).flatMap(child =>
        optionSections.has(section.tagName)
          ? elementsOf(child).map(pair => [`${section.tagName}/${ownId(child)}/${ownId(pair)}`, pair] as const)
          : [[`${section.tagName}/${ownId(child)}`, child] as const],
      ),
    ),
  )
}

const optionSections = new Set(['crm_config', 'rsc_defaults', 'op_defaults'])

function changedUnits(before: CibDraft, after: CibDraft): string[] {
  const [one, other] = [unitsOf(before), unitsOf(after)]
  return [...new Set([...one.keys(), ...other.keys()])].filter(key => text(one.get(key)) !== text(other.get(key)))
}

function text(element: Element | undefined): string {
  return element === undefined ? '' : renderXml(element)
}

/** @param order - the units in their former order, so that a unit that was removed returns to its place. */
function putBack(
  draft: CibDraft,
  key: string,
  present: Element | undefined,
  former: Element | undefined,
  order: string[],
): void {
  const holder = holderOf(draft, key)
  if (present && former) holder.replaceChild(former, present)
  else if (present) holder.removeChild(present)
  else if (former) {
    const units = unitsOf(draft)
    const next = order
      .slice(order.indexOf(key) + 1)
      .flatMap(other => units.get(other) ?? [])
      .find(element => element.parentNode === holder)
    holder.insertBefore(former, next ?? null)
  }
}

/** @throws Error if the set that contained a value is no longer there. */
function holderOf(draft: CibDraft, key: string): Element {
  const [section = '', ...ids] = key.split('/')
  const holder = sectionOf(draft, section)
  if (ids.length === 1) return holder
  const set = elementsOf(holder).find(child => ownId(child) === ids[0])
  if (set === undefined) throw new Error(`${ids[0]} is no longer in the CIB`)
  return set
}

/** All objects and values by their labels. Tags are left out: ha-run's own are internal. */
function labelsOf(draft: CibDraft): Map<string, string> {
  const labels = new Map<string, string>()
  for (const section of elementsOf(draft.configuration)) {
    if (section.tagName === 'tags') continue
    for (const element of walk(section)) {
      if (ownId(element) === undefined || /_attributes$|_property_set$/.test(element.tagName)) continue
      if (element.tagName === 'nvpair') labels.set(valueSubject(element), attribute(element, 'value') ?? '')
      else if (element.tagName === 'op') labels.set(valueSubject(element), describe(element))
      else labels.set(`${kindOf(element)} ${ownId(element)}`, describe(element))
    }
  }
  return labels
}

function labelDifferences(before: Map<string, string>, after: Map<string, string>): Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter(subject => before.get(subject) !== after.get(subject))
    .map(subject => masked({ subject, from: before.get(subject), to: after.get(subject) }))
}
