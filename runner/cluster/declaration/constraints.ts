import { show } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import type { DeclaredCluster } from './schema.js'
import { isPromotable } from './clones.js'
import { constraintOfSets } from './constraint-sets.js'
import { orderKinds } from './order-kinds.js'
import type { RuleExpression } from './rule.js'
import type { Constraint, Resource } from './declaration.js'
import { actions, roles, type Action } from './roles.js'

type Kind = Constraint['kind']
type Fields = Record<string, string | undefined>

/** The values of a constraint that are no text. */
interface Structures {
  rule?: RuleExpression | undefined
  symmetrical?: boolean | undefined
}

const kinds = ['location', 'colocation', 'order'] as const

/** The fields that each kind of constraint needs in the inventory, and the defaults of some of them. */
const forms: Record<Kind, { names: string[]; defaults: Fields }> = {
  // Or a pattern, a rule, and a node attribute as the score.
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
  { nodes, tags }: { nodes: string[]; tags: string[] },
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
      if (kind !== 'location' && 'set' in fields && fields.set !== undefined) {
        constraints.push(constraintOfSets(kind, id, { ...fields, set: fields.set }, named, at))
        continue
      }
      const { texts, structures } = split(fields)
      const full = complete(kind, id, texts, structures, defaults, at)
      checkNames(kind, full, named, { nodes, tags }, at)
      constraints.push(build(kind, id, full, structures))
    }
  }
  const unchanged = defaults.filter(constraint => !settled.has(constraint.id) && applies(constraint, named))
  return [...unchanged, ...constraints].map(constraint => onClones(constraint, named))
}

/** The ids that a resource has in the CIB: its own, and its clone's. */
export function idsOf(resource: Resource): string[] {
  return resource.clone ? [resource.id, resource.clone.id] : [resource.id]
}

function checkDropped(kind: Kind, id: string, defaults: Constraint[], origin: Origin): void {
  const ids = defaults.filter(constraint => constraint.kind === kind).map(constraint => constraint.id)
  if (ids.includes(id)) return
  throw origin.key.error(
    `there is no default ${kind} constraint "${id}" to drop`,
    didYouMean(id, ids, `Default ${kind} constraints`),
  )
}

function split(fields: object): { texts: Fields; structures: Structures } {
  const { rule, symmetrical, ...texts }: Fields & Structures = { ...fields }
  return { texts, structures: { rule, symmetrical } }
}

/** The declared fields, completed by those of the default with the same id and kind. */
function complete(
  kind: Kind,
  id: string,
  declared: Fields,
  structures: Structures,
  defaults: Constraint[],
  origin: Origin,
): Fields {
  const base = defaults.find(constraint => constraint.id === id && constraint.kind === kind)
  const full: Fields = { ...forms[kind].defaults, ...(base && fieldsOf(base)), ...declared }
  const present = (name: string) => full[name] !== undefined || structures[name as keyof Structures] !== undefined
  for (const [name, other] of kind === 'location' ? alternatives : []) {
    if (present(name) && present(other))
      throw origin.at(other).key.error(`"${other}" beside "${name}"`, `A location constraint has one of them.`)
  }
  if (full['score-attribute'] !== undefined && structures.rule === undefined)
    throw origin.at('score-attribute').key.error('"score-attribute" without a rule', 'With a node, declare "score".')
  const missing = forms[kind].names.find(
    name => !present(name) && !(kind === 'location' && alternatives.some(pair => pair[0] === name && present(pair[1]))),
  )
  if (missing === undefined) return full
  throw origin.key.error(`"${missing}" is missing: a ${kind} constraint needs ${forms[kind].names.join(', ')}`)
}

/** What a location constraint can have in place of something else. */
const alternatives = [
  ['resource', 'rsc-pattern'],
  ['node', 'rule'],
  ['score', 'score-attribute'],
] as const

/** A default constraint as fields of the inventory. */
function fieldsOf(constraint: Constraint): Fields {
  if ('sets' in constraint || constraint.kind === 'location') return {}
  if (constraint.kind === 'order') return { first: constraint.first, then: constraint.then, kind: constraint.orderKind }
  return { resource: constraint.resource, with: constraint.with, score: constraint.score }
}

function build(kind: Kind, id: string, fields: Fields, { rule, symmetrical }: Structures): Constraint {
  const { resource = '', node = '', score = '', first = '', then = '' } = fields
  const [role, withRole] = [fields['role'] ?? fields['rsc-role'], fields['with-rsc-role']].map(word =>
    roles.find(known => known === word),
  )
  if (kind === 'location') {
    const { 'rsc-pattern': pattern, 'score-attribute': scoreAttribute, 'resource-discovery': discovery } = fields
    return {
      kind,
      id,
      resource: pattern ?? resource,
      ...(pattern !== undefined && { isPattern: true }),
      ...(role && { role }),
      ...(rule ? { rule } : { node }),
      ...(scoreAttribute === undefined ? { score } : { scoreAttribute }),
      ...(discovery !== undefined && { discovery }),
    }
  }
  if (kind === 'colocation') {
    const other = fields['with'] ?? ''
    return { kind, id, resource, ...(role && { role }), with: other, ...(withRole && { withRole }), score }
  }
  const orderKind = orderKinds.find(known => known === fields['kind']) ?? 'Mandatory'
  return {
    kind,
    id,
    first,
    then,
    orderKind,
    ...orderActions(fields),
    ...(symmetrical !== undefined && { symmetrical }),
  }
}

/** Pacemaker would do with the second resource what is done with the first one; an action that is not declared is the start, as for pcs. */
function orderActions(fields: Fields): { firstAction?: Action; thenAction?: Action } {
  const declared = [fields['first-action'], fields['then-action']]
  if (declared.every(action => action === undefined)) return {}
  const [firstAction = 'start', thenAction = 'start'] = declared.map(action => actions.find(known => known === action))
  return { firstAction, thenAction }
}

function checkNames(
  kind: Kind,
  fields: Fields,
  named: Map<string, Resource>,
  { nodes, tags }: { nodes: string[]; tags: string[] },
  origin: Origin,
): void {
  for (const field of forms[kind].names) {
    const name = fields[field]
    // A location can be that of a tag, which means each of its members.
    if (name === undefined || (kind === 'location' && field === 'resource' && tags.includes(name))) continue
    if (['resource', 'with', 'first', 'then'].includes(field) && !named.has(name)) {
      const hint = tags.includes(name)
        ? 'A tag can only be the resource of a location.'
        : didYouMean(name, named.keys(), 'Resources')
      throw origin.at(field).error(`unknown resource ${show(name)}`, hint)
    }
    if (field === 'node' && !nodes.includes(name)) {
      throw origin.at(field).error(`unknown node ${show(name)}`, didYouMean(name, nodes, 'Nodes'))
    }
  }
  checkRoles(fields, named, origin)
  const [one, other] = kind === 'order' ? (['first', 'then'] as const) : (['resource', 'with'] as const)
  if (fields[one] !== undefined && fields[one] === fields[other])
    throw origin.at(other).error(`"${fields[one]}" cannot have a constraint on itself`)
}

/** The fields with a role or an action, and the fields of their resources. */
const roleFields: Record<string, string> = {
  role: 'resource',
  'rsc-role': 'resource',
  'with-rsc-role': 'with',
  'first-action': 'first',
  'then-action': 'then',
}

/** Only a promotable clone has instances that are promoted and demoted. */
function checkRoles(fields: Fields, named: Map<string, Resource>, origin: Origin): void {
  for (const [field, of] of Object.entries(roleFields)) {
    const word = fields[field] ?? ''
    const name = fields[of]
    // A pattern has no name.
    if (name === undefined) continue
    if (!/^(un)?promote|^demote/i.test(word) || isPromotable(named.get(name)?.clone)) continue
    throw origin
      .at(field)
      .error(
        `"${word}" needs a promotable clone, which "${name}" is not`,
        `Declare "clone: {promotable: true}" for ${name}, or leave "${field}" out.`,
      )
  }
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
  if ('sets' in constraint) return constraint.sets.flatMap(({ members }) => members)
  if (constraint.kind === 'location') return [constraint.resource]
  return constraint.kind === 'order' ? [constraint.first, constraint.then] : [constraint.resource, constraint.with]
}

function onClones(constraint: Constraint, named: Map<string, Resource>): Constraint {
  if ('sets' in constraint || (constraint.kind === 'location' && constraint.isPattern)) return constraint
  const target = (name: string) => named.get(name)?.clone?.id ?? name
  if (constraint.kind === 'location') return { ...constraint, resource: target(constraint.resource) }
  if (constraint.kind === 'colocation') {
    return { ...constraint, resource: target(constraint.resource), with: target(constraint.with) }
  }
  return { ...constraint, first: target(constraint.first), then: target(constraint.then) }
}
