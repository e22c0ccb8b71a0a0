import { defaultClones, defaultConstraints, defaultResources, type Layout } from '../declaration/defaults.js'
import { attribute, descendantsOf, elementsOf, findElement, firstOf, type Element } from '../pacemaker/xml.js'
import { ownershipTag } from '../cib/draft.js'
import { valuesTag } from '../cib/ownership.js'
import type { CibLine } from './cib-lines.js'

/** What ha-run itself once added to the CIB: it removes that if the inventory no longer declares it. */

/** The layout whose constraints the cluster has: `layout: cloned` runs Apache on every node. */
export function layoutOf(cib: Element): Layout {
  const ids = new Set(elementsOf(firstOf(cib, 'configuration', 'constraints')).map(element => attribute(element, 'id')))
  const isCloned =
    findElement(cib, element => element.tagName === 'clone' && attribute(element, 'id') === 'WebSite-clone') !==
    undefined
  return isCloned && defaultConstraints.cloned.every(({ id }) => ids.has(id)) ? 'cloned' : 'single'
}

export interface Owners {
  /** Owned by ha-run, and declared by its defaults. */
  byDefault: CibLine[]
  /** Owned by ha-run, and declared by no default. */
  byInventory: CibLine[]
  others: CibLine[]
}

/** Sorts objects and values by who declared them. */
export function ownersOf(cib: Element, lines: CibLine[]): Owners {
  const layout = layoutOf(cib)
  const defaults = new Set([
    ...Object.keys(defaultResources),
    ...Object.keys(defaultClones[layout]).map(id => `${id}-clone`),
    ...defaultConstraints[layout].map(({ id }) => id),
  ])
  const owned = new Set([...refsOf(cib, ownershipTag), ...refsOf(cib, valuesTag)])
  const ownerOf = ({ id, text }: CibLine): keyof Owners => {
    if (!owned.has(id)) return 'others'
    return defaults.has(id) || isDefaultOption(text, layout) ? 'byDefault' : 'byInventory'
  }
  const of = (owner: keyof Owners) => lines.filter(line => ownerOf(line) === owner)
  return { byDefault: of('byDefault'), byInventory: of('byInventory'), others: of('others') }
}

/** What `fencing` and `layout` declare. */
function isDefaultOption(text: string, layout: Layout): boolean {
  return (
    /^property (stonith|fencing)-enabled=/.test(text) ||
    (layout === 'cloned' && text === 'resource default resource-stickiness=100')
  )
}

function refsOf(cib: Element, tagId: string): string[] {
  const tag = findElement(cib, element => element.tagName === 'tag' && attribute(element, 'id') === tagId)
  return tag ? descendantsOf(tag, 'obj_ref').map(element => attribute(element, 'id') ?? '') : []
}
