import type { Difference } from '../engine/events.js'
import { putConstraint } from './cib-constraints.js'
import { draftOf, ownedIds, type CibDraft } from './cib-draft.js'
import { putOperationDefaults, putProperties, putResourceDefaults } from './cib-options.js'
import { putOwnership } from './cib-ownership.js'
import { putGroup, putPrimitive } from './cib-resources.js'
import type { Cluster, Resource } from './declaration.js'
import { renderXml } from './xml.js'

/**
 * The CIB against what is declared. Objects are known by their ids: a declared one is made where it is missing and
 * corrected where any declared attribute differs; everything else in the CIB is left as it is.
 */

/** What a cluster declares that lives in the CIB. */
export type DeclaredCib =
  Pick<Cluster, 'resources' | 'constraints' | 'properties' | 'resourceDefaults' | 'operationDefaults'>

/**
 * What the CIB (the output of `cibadmin -Q`) has otherwise than declared. Pacemaker 2 prints a line break in a value
 * as `\n` and a tab as four spaces, and 2.0.5 cannot print a letter beyond ASCII: there, such values never read back.
 * @throws Error when the text is no CIB, or holds a declared id in a place where ha-run must not correct it: as
 * another kind of object, in somebody else's group, or with values from a shared set or template.
 */
export function cibDifferences(cib: string, declared: DeclaredCib): Difference[] {
  return put(cib, declared).differences
}

/**
 * The CIB with the declared objects put in, as text. Where nothing differs it is the given one but for white space.
 * @throws Error as `cibDifferences` does.
 */
export function cibWith(cib: string, declared: DeclaredCib): string {
  return renderXml(put(cib, declared).cib)
}

/** Ids of objects that ha-run made or adopted and that are declared no more, e.g. after `WebSite: false`. */
export function noLongerDeclared(cib: string, declared: DeclaredCib): string[] {
  const draft = draftOf(cib)
  const ids = idsOf(declared)
  return ownedIds(draft).filter(id => draft.ids.has(id) && !ids.includes(id))
}

function put(cib: string, declared: DeclaredCib): CibDraft {
  const draft = draftOf(cib)
  putProperties(draft, declared.properties)
  putResourceDefaults(draft, declared.resourceDefaults)
  putOperationDefaults(draft, declared.operationDefaults)
  const wrappers = wrappersOf(declared.resources)
  const primitives = declared.resources.filter(resource => resource.kind === 'primitive')
  for (const primitive of primitives) putPrimitive(draft, primitive, wrappers)
  for (const group of declared.resources.filter(resource => resource.kind === 'group')) putGroup(draft, group)
  for (const constraint of declared.constraints) putConstraint(draft, constraint)
  putOwnership(draft, idsOf(declared))
  return draft
}

function wrappersOf(resources: Resource[]): Map<string, string[]> {
  return new Map(resources.flatMap(resource => {
    if (resource.kind === 'group') return [[resource.id, resource.members] as const]
    return resource.clone === undefined ? [] : [[resource.clone.id, [resource.id]] as const]
  }))
}

function idsOf({ resources, constraints }: DeclaredCib): string[] {
  const clones = resources.filter(resource => resource.kind === 'primitive')
    .flatMap(({ clone }) => clone === undefined ? [] : [clone.id])
  return [...resources, ...constraints].map(({ id }) => id).concat(clones)
}
