import type { Difference } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import type { Candidate } from '../../runner/cluster/cib/cib.js'
import { draftOf, ownId, sectionOf, type CibDraft } from '../../runner/cluster/cib/draft.js'
import { isOwnTag } from '../../runner/cluster/cib/owner.js'
import { describe, kindOf, masked, valueSubject } from '../../runner/cluster/cib/labels.js'
import { attribute, elementsOf, remove, renderXml, walk, type Element } from '../../runner/cluster/pacemaker/xml.js'

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
  const wholeSets = new Set([present, former, latter].flatMap(setsWithRules))
  const [presentUnits, formerUnits, latterUnits] = [
    unitsOf(present, wholeSets),
    unitsOf(former, wholeSets),
    unitsOf(latter, wholeSets),
  ]
  const changed = changedUnits(formerUnits, latterUnits)
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
  putBack(present, new Set(changed), presentUnits, formerUnits)
  return { text: renderXml(present.cib), differences: labelDifferences(labels, labelsOf(present)) }
}

type Units = Map<string, Element>

/**
 * The units of a rollback: the objects of a section, or the single values of a section that has only values. A node has values too: an
 * admin may have set another one since.
 *
 * @param wholeSets - ids of the sets of values that are units themselves.
 */
function unitsOf({ configuration }: CibDraft, wholeSets: Set<string>): Units {
  const units: Units = new Map()
  const add = (path: string, element: Element, depth: number): void => {
    const key = `${path}/${element.tagName === 'acl_target' ? 'user ' : ''}${ownId(element)}`
    if (depth === 0 || wholeSets.has(ownId(element) ?? '')) units.set(key, element)
    else for (const child of elementsOf(element)) add(key, child, depth - 1)
  }
  for (const section of elementsOf(configuration))
    for (const child of elementsOf(section)) add(section.tagName, child, depths[section.tagName] ?? 0)
  return units
}

/** How far below the objects of a section its single values are. */
const depths: Record<string, number> = { crm_config: 1, rsc_defaults: 1, op_defaults: 1, nodes: 2 }

/** A rule makes one unit of the values to which it applies: none of them comes back without it. */
function setsWithRules({ configuration }: CibDraft): string[] {
  return elementsOf(configuration, 'rsc_defaults', 'op_defaults')
    .flatMap(section => elementsOf(section))
    .filter(set => elementsOf(set, 'rule').length > 0)
    .flatMap(set => ownId(set) ?? [])
}

function changedUnits(one: Units, other: Units): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter(key => text(one.get(key)) !== text(other.get(key)))
}

function text(element: Element | undefined): string {
  return element === undefined ? '' : renderXml(element)
}

/** A unit that was removed returns to its place among the others. */
function putBack(draft: CibDraft, changed: Set<string>, presentUnits: Units, formerUnits: Units): void {
  const nextIn = new Map<Element, Element>()
  // From the end: what a unit stood before is in its place by then.
  for (const [key, former] of [...formerUnits].toReversed()) {
    const present = presentUnits.get(key)
    if (changed.has(key) && present) present.parentElement?.replaceChild(former, present)
    else if (changed.has(key)) {
      const holder = holderOf(draft, key)
      holder.insertBefore(former, nextIn.get(holder) ?? null)
    }
    const inPlace = changed.has(key) ? former : present
    if (inPlace?.parentElement) nextIn.set(inPlace.parentElement, inPlace)
  }
  for (const key of changed) {
    const added = formerUnits.has(key) ? undefined : presentUnits.get(key)
    if (added) remove(added)
  }
}

/** @throws Error if the set that contained a value is no longer there. */
function holderOf(draft: CibDraft, key: string): Element {
  const [section = '', ...ids] = key.split('/')
  let holder = sectionOf(draft, section)
  for (const id of ids.slice(0, -1)) {
    const inner = elementsOf(holder).find(child => ownId(child) === id)
    if (inner === undefined) throw new Error(`${id} is no longer in the CIB`)
    holder = inner
  }
  return holder
}

/** All objects and values by their labels. ha-run's own tags are left out: they are internal. */
function labelsOf(draft: CibDraft): Map<string, string> {
  const labels = new Map<string, string>()
  for (const section of elementsOf(draft.configuration)) {
    for (const element of walk(section)) {
      if (ownId(element) === undefined || /_attributes$|_property_set$|^utilization$/.test(element.tagName)) continue
      if (element.tagName === 'tag' && isOwnTag(ownId(element) ?? '')) continue
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
