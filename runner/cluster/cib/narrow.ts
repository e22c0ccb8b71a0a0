import { activityOf } from '../pacemaker/activity.js'
import type { Candidate } from './cib.js'
import { draftOf, ownedIds, ownId, resourceWith, sectionOf, type CibDraft } from './draft.js'
import { putOwnership } from './ownership.js'
import { attribute, elementsOf, renderXml, walk, type Element } from '../pacemaker/xml.js'

/**
 * The first half of a change after which a cloned primitive is no clone any more. Told so while it runs on several nodes,
 * Pacemaker finds it "active on 2 nodes": it stops all of them and starts one, which takes Apache 2 s. So the clone is kept
 * for a moment with the constraints that are to hold: they leave one copy, and that need not restart. (`clone-max` would
 * not do: it keeps the copy with the lowest number, wherever that is.)
 */

/** The wanted CIB with such clones still around their primitives; undefined where there is none that runs more than once. */
export function withClonesReduced(cib: string, wanted: string): Candidate | undefined {
  const [draft, former] = [draftOf(wanted), draftOf(cib)]
  const present = renderXml(former.configuration)
  const owned = ownedIds(former)
  const active = activityOf(cib)
  const kept = elementsOf(sectionOf(draft, 'resources'), 'primitive').flatMap(primitive => {
    const id = ownId(primitive)!
    const was = resourceWith(former, id)
    const clone = was && was.parentElement
    if (clone?.tagName !== 'clone' || resourceWith(draft, ownId(clone)!) !== undefined || (active.get(id)?.size ?? 0) < 2 || !isTied(draft, id)) return []
    keepAround(draft, primitive, clone, was!)
    return [ownId(clone)!]
  })
  putOwnership(draft, [...ownedIds(draft), ...kept.filter(id => owned.includes(id))])
  if (kept.length === 0 || renderXml(draft.configuration) === present) return undefined
  return { text: renderXml(draft.cib), differences: kept.map(id => ({ subject: `clone ${id}`, from: 'one copy a node', to: 'one copy' })) }
}

/** Whether a colocation leaves it no node but that of another resource. */
function isTied(draft: CibDraft, id: string): boolean {
  return elementsOf(sectionOf(draft, 'constraints'), 'rsc_colocation')
    .some(element => attribute(element, 'rsc') === id && attribute(element, 'score') === 'INFINITY')
}

/** Puts a clone of the former CIB around a primitive, in place of the primitive that it had. */
function keepAround(draft: CibDraft, primitive: Element, clone: Element, former: Element): void {
  const [id, cloneId] = [ownId(primitive)!, ownId(clone)!]
  primitive.parentNode!.replaceChild(clone, primitive)
  clone.replaceChild(primitive, former)
  for (const element of walk(clone)) draft.ids.add(ownId(element) ?? '')
  // What is said of the primitive is said of its clone.
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
