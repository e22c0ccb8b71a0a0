import { defaultClones, defaultConstraints, webSiteId, type Layout } from '../declaration/defaults.js'
import { attribute, descendantsOf, elementsOf, findElement, firstOf, type Element } from '../pacemaker/xml.js'
import { inventoryOwner } from '../cib/owner.js'
import type { CibLine } from './cib-lines.js'
import { floatingIps } from './floating-ips.js'

/** What ha-run itself once added to the CIB: it removes that if the inventory no longer declares it. */

/** The layout whose constraints the cluster has: `layout: cloned` runs Apache on every node. */
export function layoutOf(cib: Element): Layout {
  const ids = constraintIdsOf(cib)
  const isCloned =
    findElement(cib, element => element.tagName === 'clone' && attribute(element, 'id') === 'WebSite-clone') !==
    undefined
  const [first = ''] = addressNamesOf(cib, ids)
  return isCloned && defaultConstraints('cloned', first, []).every(({ id }) => ids.has(id)) ? 'cloned' : 'single'
}

function constraintIdsOf(cib: Element): ReadonlySet<string> {
  return new Set(
    elementsOf(firstOf(cib, 'configuration', 'constraints')).flatMap(element => attribute(element, 'id') ?? []),
  )
}

/** The names of the addresses, first the one that WebSite is with by default. */
function addressNamesOf(cib: Element, constraintIds: ReadonlySet<string>): string[] {
  const isFirst = (name: string) =>
    [`${webSiteId}-with-${name}`, `${name}-with-${webSiteId}`].some(id => constraintIds.has(id))
  return floatingIps(cib, [])
    .map(({ id }) => id)
    .toSorted((one, other) => Number(isFirst(other)) - Number(isFirst(one)))
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
  const [first = 'FloatIP', ...others] = addressNamesOf(cib, constraintIdsOf(cib))
  const defaults = new Set([
    first,
    ...others,
    webSiteId,
    ...Object.keys(defaultClones[layout]).map(id => `${id}-clone`),
    ...defaultConstraints(layout, first, others).map(({ id }) => id),
  ])
  const owned = new Set([...refsOf(cib, inventoryOwner.objects), ...refsOf(cib, inventoryOwner.values)])
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
