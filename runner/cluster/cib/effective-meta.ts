import { isTrue } from '../declaration/truth.js'
import { attribute, descendantsOf, elementsOf, firstOf, type Element } from '../pacemaker/xml.js'
import { elementsById, isDevice, readDraft } from './draft.js'

/** A primitive of a CIB, with what Pacemaker uses for it, wherever that is written. */
export interface EffectivePrimitive {
  id: string
  /** Whether a meta attribute is set: in the primitive, its template, a group or clone around it, or the defaults. */
  hasMeta: (name: string) => boolean
  isCloned: boolean
  isPromotable: boolean
  /** The roles of its monitors that repeat and are not switched off; an empty text without a role. */
  monitors: string[]
}

/** The primitives of a CIB that are no fencing devices. @throws Error if the text is no CIB. */
export function effectivePrimitives(cib: string): EffectivePrimitive[] {
  const draft = readDraft(cib)
  const byId = elementsById(draft.configuration)
  const resolved = (element: Element): Element => byId.get(attribute(element, 'id-ref') ?? '')?.[0] ?? element
  const resources = firstOf(draft.configuration, 'resources')
  const namesIn = (holder: Element | undefined): string[] =>
    elementsOf(holder, 'meta_attributes')
      .flatMap(set => elementsOf(resolved(set), 'nvpair'))
      .flatMap(pair => attribute(resolved(pair), 'name') ?? [])
  const defaults = namesIn(firstOf(draft.configuration, 'rsc_defaults'))
  return descendantsOf(resources, 'primitive')
    .filter(primitive => !isDevice(primitive))
    .map(primitive => {
      const around = wrappersOf(primitive)
      const template = byId.get(attribute(primitive, 'template') ?? '')?.[0]
      const holders = [primitive, ...(template ? [template] : [])]
      const names = new Set([...[...holders, ...around].flatMap(namesIn), ...defaults])
      const clone = around.find(({ tagName }) => tagName === 'clone' || tagName === 'master')
      return {
        id: attribute(primitive, 'id') ?? '',
        hasMeta: name => names.has(name),
        isCloned: clone !== undefined,
        isPromotable: clone !== undefined && (clone.tagName === 'master' || isSwitchedOn(clone, 'promotable')),
        monitors: holders
          .flatMap(holder => elementsOf(firstOf(holder, 'operations'), 'op'))
          .map(resolved)
          .filter(isMonitor)
          .map(op => attribute(op, 'role') ?? ''),
      }
    })
}

/** The groups and clones around a primitive. */
function wrappersOf(primitive: Element): Element[] {
  const parent = primitive.parentElement
  return parent === null || parent.tagName === 'resources' ? [] : [parent, ...wrappersOf(parent)]
}

function isSwitchedOn(clone: Element, name: string): boolean {
  return elementsOf(clone, 'meta_attributes')
    .flatMap(set => elementsOf(set, 'nvpair'))
    .some(pair => attribute(pair, 'name') === name && isTrue(attribute(pair, 'value') ?? ''))
}

/** Without an interval, an operation happens once: a probe. */
function isMonitor(op: Element): boolean {
  const repeats = !/^0+\s*[a-z]*$/i.test(attribute(op, 'interval') ?? '0')
  return attribute(op, 'name') === 'monitor' && repeats && isTrue(attribute(op, 'enabled') ?? 'true')
}
