import { activityOf } from '../pacemaker/activity.js'
import type { Candidate } from './cib.js'
import { draftOf, ownedIds, ownId, resourceWith, sectionOf, type CibDraft } from './draft.js'
import { inventoryOwner, type Owner } from './owner.js'
import { putOwnership } from './ownership.js'
import { attribute, elementsOf, renderXml, walk, type Element } from '../pacemaker/xml.js'

/**
 * The first step of a change that removes the clone around a primitive. If the clone were removed while it runs on several nodes,
 * Pacemaker would find the primitive "active on 2 nodes", stop all instances and start one, which takes Apache 2 s. So the
 * first step keeps the clone and sets the wanted constraints: they leave one instance, which need not restart. (`clone-max`
 * does not help: it keeps the instance with the lowest number, on any node.)
 */

/** The wanted CIB with such clones still around their primitives; undefined if none of them runs more than once. */
export function withClonesReduced(cib: string, wanted: string, owner: Owner = inventoryOwner): Candidate | undefined {
  const [draft, former] = [draftOf(wanted, { owner }), draftOf(cib, { owner })]
  const present = renderXml(former.configuration)
  const owned = ownedIds(former)
  const active = activityOf(cib)
  const kept = elementsOf(sectionOf(draft, 'resources'), 'primitive').flatMap(primitive => {
    const id = ownId(primitive)!
    const formerPrimitive = resourceWith(former, id)
    const clone = formerPrimitive?.parentElement
    if (
      clone?.tagName !== 'clone' ||
      resourceWith(draft, ownId(clone)!) !== undefined ||
      (active.get(id)?.size ?? 0) < 2 ||
      !isTied(draft, id)
    )
      return []
    keepAround(draft, primitive, clone, formerPrimitive!)
    return [ownId(clone)!]
  })
  putOwnership(draft, [...ownedIds(draft), ...kept.filter(id => owned.includes(id))])
  if (kept.length === 0 || renderXml(draft.configuration) === present) return undefined
  return {
    text: renderXml(draft.cib),
    differences: kept.map(id => ({ subject: `clone ${id}`, from: 'one instance a node', to: 'one instance' })),
  }
}

/** Whether a colocation lets a resource run only on the node of another one. */
function isTied(draft: CibDraft, id: string): boolean {
  return elementsOf(sectionOf(draft, 'constraints'), 'rsc_colocation').some(
    element => attribute(element, 'rsc') === id && attribute(element, 'score') === 'INFINITY',
  )
}

/** Puts a clone of the former CIB around a primitive, in place of the primitive that it had. */
function keepAround(draft: CibDraft, primitive: Element, clone: Element, former: Element): void {
  const [id, cloneId] = [ownId(primitive)!, ownId(clone)!]
  primitive.parentElement!.replaceChild(clone, primitive)
  clone.replaceChild(primitive, former)
  for (const element of walk(clone)) draft.ids.add(ownId(element) ?? '')
  // Constraints on the primitive become constraints on its clone.
  for (const element of walk(sectionOf(draft, 'constraints'))) {
    for (const name of element.tagName === 'resource_ref' ? ['id'] : ['rsc', 'with-rsc', 'first', 'then']) {
      if (attribute(element, name) === id) element.setAttribute(name, cloneId)
    }
  }
}

/** A CIB with its own status and versions, and the configuration of another one. */
export function withConfigurationOf(cib: string, other: string): string {
  const [draft, { configuration }] = [draftOf(cib), draftOf(other)]
  draft.cib.replaceChild(configuration, draft.configuration)
  return renderXml(draft.cib)
}
