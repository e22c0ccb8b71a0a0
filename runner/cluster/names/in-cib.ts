import { readDraft, resourceWith, type CibDraft } from '../cib/draft.js'
import { describe } from '../cib/labels.js'
import { ownedValues } from '../cib/ownership.js'
import type { Primitive } from '../declaration/declaration.js'
import { attribute, descendantsOf, elementsOf, firstOf, type Element } from '../pacemaker/xml.js'
import type { DeclaredName, NameKind } from './declared-names.js'

/** What a CIB has already. The names in it were accepted before, by ha-run or by somebody else, and are not judged. */
export interface PresentNames {
  has: (name: DeclaredName) => boolean
  /** Whether there is a primitive of this id and agent. */
  hasPrimitive: (primitive: Primitive) => boolean
  /** Parameters of a primitive that ha-run added and that are no longer declared: the run removes them. */
  dropped: (primitive: Primitive) => string[]
}

const nothing: PresentNames = { has: () => false, hasPrimitive: () => false, dropped: () => [] }

/** @param cib - the output of `cibadmin -Q`; undefined if there is none yet. */
export function presentNames(cib: string | undefined): PresentNames {
  if (cib === undefined) return nothing
  const draft = readDraft(cib)
  const owned = new Set(ownedValues(draft))
  const primitiveOf = ({ id, agent }: Primitive): Element | undefined => {
    const element = resourceWith(draft, id)
    return element && describe(element) === agent ? element : undefined
  }
  return {
    has: ({ kind, name, owner }) => pairsOf(draft, kind, owner).some(pair => attribute(pair, 'name') === name),
    hasPrimitive: primitive => primitiveOf(primitive) !== undefined,
    dropped: primitive =>
      pairsIn(primitiveOf(primitive), 'instance_attributes')
        .filter(pair => owned.has(attribute(pair, 'id') ?? ''))
        .map(pair => attribute(pair, 'name') ?? '')
        .filter(name => !Object.hasOwn(primitive.params, name)),
  }
}

const sections: Partial<Record<NameKind, string>> = {
  property: 'crm_config',
  'resource default': 'rsc_defaults',
  'operation default': 'op_defaults',
}

function pairsOf(draft: CibDraft, kind: NameKind, owner = ''): Element[] {
  const section = sections[kind]
  if (section !== undefined) return descendantsOf(firstOf(draft.configuration, section), 'nvpair')
  return pairsIn(resourceWith(draft, owner), kind === 'parameter' ? 'instance_attributes' : 'meta_attributes')
}

function pairsIn(element: Element | undefined, set: string): Element[] {
  return element === undefined ? [] : elementsOf(element, set).flatMap(each => elementsOf(each, 'nvpair'))
}
