import { show } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import type { DeclaredCluster } from './schema.js'
import type { Constraint, Resource } from './declaration.js'

type Kind = Constraint['kind']
type Said = Record<string, string | undefined>

const kinds = ['location', 'colocation', 'order'] as const
const orderKinds = ['Mandatory', 'Optional', 'Serialize'] as const

/** The keys of each kind, as the inventory says them, and what stands for one that is left out. */
const forms: Record<Kind, { keys: string[]; optional: Said }> = {
  location: { keys: ['resource', 'node', 'score'], optional: {} },
  colocation: { keys: ['resource', 'with', 'score'], optional: { score: 'INFINITY' } },
  order: { keys: ['first', 'then', 'kind'], optional: { kind: 'Mandatory' } },
}

/**
 * The constraints of a cluster: the layout's (`standards`), changed or dropped by what is declared under the same id,
 * then the others. A default one that names a resource which is not there is left out, and so are those that a group
 * makes needless. Constraints on a cloned resource are made on its clone.
 *
 * Throws an InventoryError, for instance for an unknown resource or node.
 */
export function completeConstraints(
  declared: NonNullable<DeclaredCluster['constraints']>,
  resources: Resource[],
  nodes: string[],
  standards: Constraint[],
  origin: Origin,
): Constraint[] {
  const named = new Map(resources.map(resource => [resource.id, resource]))
  const taken = new Set(resources.flatMap(idsOf))
  const settled = new Set<string>()
  const constraints: Constraint[] = []
  for (const kind of kinds) {
    for (const [id, said] of Object.entries(declared[kind] ?? {})) {
      const at = origin.at(kind, id)
      settled.add(id)
      if (said === false) {
        checkDropped(kind, id, standards, at)
        continue
      }
      if (taken.has(id) || standards.some(other => other.id === id && other.kind !== kind)) {
        throw at.key.error(
          `the id "${id}" is used twice`,
          'Ids are unique within the CIB, over resources and constraints.',
        )
      }
      taken.add(id)
      const full = complete(kind, id, said, standards, at)
      checkNames(kind, full, named, nodes, at)
      constraints.push(build(kind, id, full))
    }
  }
  const defaults = standards.filter(
    constraint => !settled.has(constraint.id) && applies(constraint, named),
  )
  return [...defaults, ...constraints].map(constraint => onClones(constraint, named))
}

function idsOf(resource: Resource): string[] {
  return resource.kind === 'primitive' && resource.clone ? [resource.id, resource.clone.id] : [resource.id]
}

function checkDropped(kind: Kind, id: string, standards: Constraint[], origin: Origin): void {
  const ids = standards.filter(constraint => constraint.kind === kind).map(constraint => constraint.id)
  if (ids.includes(id)) return
  throw origin.key.error(
    `there is no default ${kind} constraint "${id}" to drop`,
    didYouMean(id, ids, `Default ${kind} constraints`),
  )
}

/** What is said, with what the default of the same id and kind has. */
function complete(kind: Kind, id: string, said: Said, standards: Constraint[], origin: Origin): Said {
  const standard = standards.find(constraint => constraint.id === id && constraint.kind === kind)
  const full: Said = { ...forms[kind].optional, ...(standard && sayable(standard)), ...said }
  const missing = forms[kind].keys.find(key => full[key] === undefined)
  if (missing === undefined) return full
  throw origin.key.error(`"${missing}" is missing: a ${kind} constraint needs ${forms[kind].keys.join(', ')}`)
}

/** A constraint in the words of the inventory. */
function sayable(constraint: Constraint): Said {
  if (constraint.kind !== 'order') return { ...constraint }
  return { first: constraint.first, then: constraint.then, kind: constraint.orderKind }
}

function build(kind: Kind, id: string, said: Said): Constraint {
  const { resource = '', node = '', score = '', first = '', then = '' } = said
  if (kind === 'location') return { kind, id, resource, node, score }
  if (kind === 'colocation') return { kind, id, resource, with: said['with'] ?? '', score }
  return { kind, id, first, then, orderKind: orderKinds.find(word => word === said['kind']) ?? 'Mandatory' }
}

function checkNames(
  kind: Kind,
  said: Said,
  named: Map<string, Resource>,
  nodes: string[],
  origin: Origin,
): void {
  for (const key of forms[kind].keys) {
    const name = said[key] ?? ''
    if (['resource', 'with', 'first', 'then'].includes(key) && !named.has(name)) {
      throw origin.at(key).error(`unknown resource ${show(name)}`, didYouMean(name, named.keys(), 'Resources'))
    }
    if (key === 'node' && !nodes.includes(name)) {
      throw origin.at(key).error(`unknown node ${show(name)}`, didYouMean(name, nodes, 'Nodes'))
    }
  }
  const [one, other] = kind === 'order' ? (['first', 'then'] as const) : (['resource', 'with'] as const)
  if (said[one] === said[other]) throw origin.at(other).error(`"${said[one]}" cannot be bound to itself`)
}

function applies(constraint: Constraint, named: Map<string, Resource>): boolean {
  const names = resourcesOf(constraint)
  if (!names.every(name => named.has(name))) return false
  // A group says both already, and in its own order.
  return ![...named.values()].some(
    resource => resource.kind === 'group' && names.every(name => resource.members.includes(name)),
  )
}

function resourcesOf(constraint: Constraint): string[] {
  if (constraint.kind === 'location') return [constraint.resource]
  return constraint.kind === 'order'
    ? [constraint.first, constraint.then]
    : [constraint.resource, constraint.with]
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
