import { show } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import { isPromotable } from './clones.js'
import type { ColocationOfSets, OrderOfSets, Resource, ResourceSet } from './declaration.js'
import { orderKinds } from './order-kinds.js'
import type { DeclaredSet } from './schema.js'

/** Constraints on sets of resources: `{set: [A, B, [C, D]]}`. */

/** What such a constraint has in the inventory. */
export type DeclaredSets = {
  set: (string | string[] | DeclaredSet)[]
  score?: string | undefined
  kind?: string | undefined
  symmetrical?: boolean | undefined
}

/**
 * @throws InventoryError if a resource is unknown or stands there twice, or if another field contradicts the sets.
 */
export function constraintOfSets(
  kind: 'colocation' | 'order',
  id: string,
  declared: DeclaredSets,
  named: Map<string, Resource>,
  origin: Origin,
): ColocationOfSets | OrderOfSets {
  const { set, score = 'INFINITY', kind: orderKind, symmetrical, ...others } = declared
  const [contradiction] = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (contradiction !== undefined)
    throw origin
      .at(contradiction)
      .key.error(`"${contradiction}" beside "set"`, 'A constraint has either two resources or sets.')
  checkMembers(set, named, origin.at('set'))
  const useless = kind === 'order' ? 'role' : 'action'
  for (const [at, item] of set.entries()) {
    if (settingsOf(item)[useless] !== undefined)
      throw origin
        .at('set', at, useless)
        .key.error(
          `"${useless}" in a set of ${kind === 'order' ? 'an order' : 'a colocation'} constraint`,
          kind === 'order' ? 'An order has actions: "action: promote".' : 'A colocation has roles: "role: Promoted".',
        )
  }
  const sets = setsOf(set).map(each => ({
    ...each,
    members: each.members.map(name => named.get(name)?.clone?.id ?? name),
  }))
  if (kind === 'colocation') return { kind, id, sets, score }
  return {
    kind,
    id,
    sets,
    orderKind: orderKinds.find(known => known === orderKind) ?? 'Mandatory',
    ...(symmetrical !== undefined && { symmetrical }),
  }
}

/** Names that follow each other are one set, as in crmsh. */
function setsOf(declared: DeclaredSets['set']): ResourceSet[] {
  const sets: ResourceSet[] = []
  let names: string[] | undefined
  for (const item of declared) {
    if (typeof item !== 'string') {
      sets.push(setOf(item))
      names = undefined
    } else if (names === undefined) sets.push({ members: (names = [item]) })
    else names.push(item)
  }
  return sets
}

function setOf(item: string[] | DeclaredSet): ResourceSet {
  if (Array.isArray(item)) return { members: item, sequential: false }
  const { resources: members, sequential, 'require-all': requireAll, role, action } = item
  return {
    members,
    ...(sequential !== undefined && { sequential }),
    ...(requireAll !== undefined && { requireAll }),
    ...(role && { role }),
    ...(action && { action }),
  }
}

function settingsOf(item: DeclaredSets['set'][number]): Partial<DeclaredSet> {
  return typeof item === 'string' || Array.isArray(item) ? {} : item
}

function checkMembers(set: DeclaredSets['set'], named: Map<string, Resource>, origin: Origin): void {
  const seen = new Set<string>()
  for (const [at, item] of set.entries()) {
    const place = origin.at(at)
    const [names, holder] =
      typeof item === 'string'
        ? [[item], place]
        : Array.isArray(item)
          ? [item, place]
          : [item.resources, place.at('resources')]
    if (names.length === 0) throw place.error('expected a set with resources, got an empty one')
    for (const [index, name] of names.entries()) {
      const here = typeof item === 'string' ? place : holder.at(index)
      if (!named.has(name))
        throw here.error(`unknown resource ${show(name)}`, didYouMean(name, named.keys(), 'Resources'))
      if (seen.has(name)) throw here.error(`"${name}" is in the sets twice`)
      seen.add(name)
      const { role = '', action = '' } = settingsOf(item)
      const word = [role, action].find(text => /^(un)?promote|^demote/i.test(text))
      if (word !== undefined && !isPromotable(named.get(name)?.clone))
        throw here.error(`"${word}" needs a promotable clone, which "${name}" is not`)
    }
  }
  if (seen.size < 2)
    throw origin.error('expected two resources or more', 'A constraint is about resources among each other.')
}
