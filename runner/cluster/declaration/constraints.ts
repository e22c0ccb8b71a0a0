import { show } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import type { DeclaredCluster } from './schema.js'
import type { Constraint, Resource } from './declaration.js'

type Kind = Constraint['kind']
type Fields = Record<string, string | undefined>

const kinds = ['location', 'colocation', 'order'] as const
const orderKinds = ['Mandatory', 'Optional', 'Serialize'] as const

/** The fields of each kind of constraint in the inventory, and the defaults of the optional ones. */
const forms: Record<Kind, { names: string[]; defaults: Fields }> = {
  location: { names: ['resource', 'node', 'score'], defaults: {} },
  colocation: { names: ['resource', 'with', 'score'], defaults: { score: 'INFINITY' } },
  order: { names: ['first', 'then', 'kind'], defaults: { kind: 'Mandatory' } },
}

/**
 * The constraints of a cluster: those of the layout (`defaults`), changed or dropped by what is declared under the same
 * id, then the others. A default is left out if it names a resource that does not exist, or if a group already implies
 * it. Constraints on a cloned resource apply to its clone.
 *
 * @throws InventoryError for instance for an unknown resource or node.
 */
export function completeConstraints(
  declared: NonNullable<DeclaredCluster['constraints']>,
  resources: Resource[],
  nodes: string[],
  defaults: Constraint[],
  origin: Origin,
): Constraint[] {
  const named = new Map(resources.map(resource => [resource.id, resource]))
  const taken = new Set(resources.flatMap(idsOf))
  const settled = new Set<string>()
  const constraints: Constraint[] = []
  for (const kind of kinds) {
    for (const [id, fields] of Object.entries(declared[kind] ?? {})) {
      const at = origin.at(kind, id)
      settled.add(id)
      if (fields === false) {
        checkDropped(kind, id, defaults, at)
        continue
      }
      if (taken.has(id) || defaults.some(other => other.id === id && other.kind !== kind)) {
        throw at.key.error(
          `the id "${id}" is used twice`,
          'Ids are unique within the CIB, over resources and constraints.',
        )
      }
      taken.add(id)
      const full = complete(kind, id, fields, defaults, at)
      checkNames(kind, full, named, nodes, at)
      constraints.push(build(kind, id, full))
    }
  }
  const unchanged = defaults.filter(constraint => !settled.has(constraint.id) && applies(constraint, named))
  return [...unchanged, ...constraints].map(constraint => onClones(constraint, named))
}

/** The ids that a resource has in the CIB: its own, and its clone's. */
export function idsOf(resource: Resource): string[] {
  return resource.kind === 'primitive' && resource.clone ? [resource.id, resource.clone.id] : [resource.id]
}

function checkDropped(kind: Kind, id: string, defaults: Constraint[], origin: Origin): void {
  const ids = defaults.filter(constraint => constraint.kind === kind).map(constraint => constraint.id)
  if (ids.includes(id)) return
  throw origin.key.error(
    `there is no default ${kind} constraint "${id}" to drop`,
    didYouMean(id, ids, `Default ${kind} constraints`),
  )
}

/** The declared fields, completed by those of the default with the same id and kind. */
function complete(kind: Kind, id: string, declared: Fields, defaults: Constraint[], origin: Origin): Fields {
  const base = defaults.find(constraint => constraint.id === id && constraint.kind === kind)
  const full: Fields = { ...forms[kind].defaults, ...(base && fieldsOf(base)), ...declared }
  const missing = forms[kind].names.find(name => full[name] === undefined)
  if (missing === undefined) return full
  throw origin.key.error(`"${missing}" is missing: a ${kind} constraint needs ${forms[kind].names.join(', ')}`)
}

/** A constraint as fields of the inventory. */
function fieldsOf(constraint: Constraint): Fields {
  if (constraint.kind !== 'order') return { ...constraint }
  return { first: constraint.first, then: constraint.then, kind: constraint.orderKind }
}

function build(kind: Kind, id: string, fields: Fields): Constraint {
  const { resource = '', node = '', score = '', first = '', then = '' } = fields
  if (kind === 'location') return { kind, id, resource, node, score }
  if (kind === 'colocation') return { kind, id, resource, with: fields['with'] ?? '', score }
  return { kind, id, first, then, orderKind: orderKinds.find(known => known === fields['kind']) ?? 'Mandatory' }
}

function checkNames(kind: Kind, fields: Fields, named: Map<string, Resource>, nodes: string[], origin: Origin): void {
  for (const field of forms[kind].names) {
    const name = fields[field] ?? ''
    if (['resource', 'with', 'first', 'then'].includes(field) && !named.has(name)) {
      throw origin.at(field).error(`unknown resource ${show(name)}`, didYouMean(name, named.keys(), 'Resources'))
    }
    if (field === 'node' && !nodes.includes(name)) {
      throw origin.at(field).error(`unknown node ${show(name)}`, didYouMean(name, nodes, 'Nodes'))
    }
  }
  const [one, other] = kind === 'order' ? (['first', 'then'] as const) : (['resource', 'with'] as const)
  if (fields[one] === fields[other]) throw origin.at(other).error(`"${fields[one]}" cannot have a constraint on itself`)
}

function applies(constraint: Constraint, named: Map<string, Resource>): boolean {
  const names = resourcesOf(constraint)
  if (!names.every(name => named.has(name))) return false
  // A group implies colocation and order of its members.
  return ![...named.values()].some(
    resource => resource.kind === 'group' && names.every(name => resource.members.includes(name)),
  )
}

function resourcesOf(constraint: Constraint): string[] {
  if (constraint.kind === 'location') return [constraint.resource]
  return constraint.kind === 'order' ? [constraint.first, constraint.then] : [constraint.resource, constraint.with]
}

function onClones(constraint: Constraint, named: Map<string, Resource>): Constraint {
  const target = (name: string) => {
    const resource = named.get(name)
    return resource?.kind === 'primitive' && resource.clone ? resource.clone.id : name
  }
  if (constraint.kind === 'location') return { ...constraint, resource: target(constraint.resource) }
  if (constraint.kind === 'colocation') {
    return { ...constraint, resource: target(constraint.resource), with: target(constraint.with) }
  }
  return { ...constraint, first: target(constraint.first), then: target(constraint.then) }
}
