import { freeIds, freshId, noteValue, setAttribute, type CibDraft } from './draft.js'
import { sameOption, sameText } from '../pacemaker/values.js'
import { attribute, elementsOf, newElement, remove, type Element } from '../pacemaker/xml.js'

/** The place of name-value pairs of one kind. */
export interface NvpairPlace {
  /** `primitive`, `crm_config`, `rsc_defaults` … */
  holder: Element
  /** `instance_attributes`, `meta_attributes`, `cluster_property_set`. */
  set: string
  /** The id of a new set, if there is none yet. */
  setId: string
  /** The label of a pair in the plan: `FloatIP param`. */
  subject: string
  /** The one set that is meant; left out: the set in force. */
  only?: Element
  /** The names under which a value counts as the same option, the declared one first. */
  names?: (name: string) => string[]
}

/**
 * Adds or corrects declared pairs. The pair in force is corrected; a new one is added to the set with the highest score.
 * @throws Error if the value comes from a set or pair that other objects share (`id-ref`).
 */
export function putNvpairs(draft: CibDraft, place: NvpairPlace, declared: Record<string, string>): void {
  for (const [name, value] of Object.entries(declared)) {
    const subject = `${place.subject} ${name}`
    const names = place.names?.(name) ?? [name]
    const present = names.map(candidate => inForce(place, candidate)).find(pair => pair !== undefined)
    if (present !== undefined) {
      noteValue(
        draft,
        present,
        setAttribute(
          draft,
          present,
          'value',
          value,
          subject,
          place.set === 'instance_attributes' ? sameText : sameOption,
        ),
      )
      continue
    }
    const set = setFor(draft, place)
    const id = freshId(draft, `${attribute(set, 'id')}-${name}`)
    const pair = newElement('nvpair', { id, name, value })
    set.appendChild(pair)
    noteValue(draft, pair, true)
    draft.differences.push({ subject, from: undefined, to: value })
  }
}

/** Keeps pairs as they are in the CIB: they are declared, with values that are not known here. */
export function keepNvpairs(draft: CibDraft, place: NvpairPlace, names: string[]): void {
  for (const name of names) {
    const pair = inForce(place, name)
    if (pair !== undefined) noteValue(draft, pair, false)
    else
      draft.differences.push({
        subject: `${place.subject} ${name}`,
        from: undefined,
        to: '(a secret, which was not read)',
      })
  }
}

/**
 * Gives a set a new id if one of these pairs is to be added to it or changed in it. Pacemaker writes such a pair into the journal,
 * value included, but not what is in a set that is new (docs/facts.md, Fencing).
 */
export function renewSets(draft: CibDraft, place: NvpairPlace, declared: Record<string, string>): void {
  const changing = Object.entries(declared).filter(
    ([name, value]) => attribute(inForce(place, name), 'value') !== value,
  )
  const sets = new Set(changing.flatMap(([name]) => inForce(place, name)?.parentElement ?? firstSet(place) ?? []))
  for (const set of sets) {
    const id = freshId(draft, place.setId)
    draft.ids.delete(attribute(set, 'id') ?? '')
    set.setAttribute('id', id)
  }
}

/** Removes pairs that contradict the declared ones. */
export function dropNvpairs(draft: CibDraft, place: NvpairPlace, names: string[]): void {
  for (const name of names) {
    for (let pair = inForce(place, name); pair !== undefined; pair = inForce(place, name)) {
      draft.differences.push({ subject: `${place.subject} ${name}`, from: attribute(pair, 'value'), to: undefined })
      remove(pair)
      freeIds(draft, [pair])
    }
  }
}

/** The pair that Pacemaker uses: the set with the highest score wins, and `cib-bootstrap-options` wins over all. */
function inForce(place: NvpairPlace, name: string): Element | undefined {
  const sets = setsOf(place).sort((one, other) => rank(other) - rank(one))
  return sets.flatMap(set => elementsOf(set, 'nvpair')).find(pair => attribute(pair, 'name') === name)
}

function rank(set: Element): number {
  if (attribute(set, 'id') === 'cib-bootstrap-options') return Infinity
  const score = attribute(set, 'score') ?? '0'
  return score.endsWith('INFINITY') ? Number(score.replace('INFINITY', '1000000')) : Number(score)
}

/** The sets that always apply. A set with a rule applies only at some times or on some nodes, and an admin has written it. */
function setsOf(place: NvpairPlace): Element[] {
  const sets = place.only ? [place.only] : elementsOf(place.holder, place.set)
  if (
    sets.flatMap(set => [set, ...elementsOf(set, 'nvpair')]).some(element => attribute(element, 'id-ref') !== undefined)
  ) {
    throw new Error(`${place.subject}: the CIB takes values from a set shared by id-ref, which ha-run does not edit`)
  }
  return place.only ? sets : sets.filter(set => elementsOf(set, 'rule').length === 0)
}

/** The set that a new pair is added to. */
function firstSet(place: NvpairPlace): Element | undefined {
  return setsOf(place).sort((one, other) => rank(other) - rank(one))[0]
}

function setFor(draft: CibDraft, place: NvpairPlace): Element {
  const first = firstSet(place)
  if (first !== undefined) return first
  const set = newElement(place.set, { id: freshId(draft, place.setId) })
  // The schema requires it before the primitives of a group or clone.
  place.holder.insertBefore(set, elementsOf(place.holder, 'primitive', 'group', 'operations')[0] ?? null)
  return set
}
