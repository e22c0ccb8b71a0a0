import type { Difference } from '../../tasks/difference.js'
import { putAclRoles } from './acl-roles.js'
import { putAlerts } from './alerts.js'
import { putConstraint } from './constraints.js'
import { putDefaultSets } from './default-sets.js'
import {
  draftOf,
  readDraft,
  isDevice,
  isOfDevice,
  objectsIn,
  ownedByOthers,
  ownedIds,
  ownId,
  recordName,
  type CibDraft,
  type EditOptions,
} from './draft.js'
import { isFencingSwitch } from './fencing-properties.js'
import { putDevices, type FencingObjects } from './fencing.js'
import { putNodeValues } from './node-values.js'
import { putOperationDefaults, putProperties, putResourceDefaults } from './options.js'
import { putOwnership, putValueOwnership } from './ownership.js'
import { putHolders, putTags } from './references.js'
import { refuseTwins } from './identity.js'
import { isLeftover, removeUndeclared } from './removal.js'
import { putGroup, putPrimitive } from './resources.js'
import { kindOf, masked } from './labels.js'
import type { Cluster, Resource } from '../declaration/declaration.js'
import { renderXml } from '../pacemaker/xml.js'

/**
 * Compares the CIB with the declaration. Objects are identified by their ids: a declared object is added if it is missing, and
 * corrected if a declared attribute differs; an object of ha-run's that is no longer declared is removed; everything else stays.
 */

/** The part of a cluster's declaration that goes into the CIB. A section that is left out stays as it is. */
export type DeclaredCib = Partial<
  Pick<
    Cluster,
    | 'resources'
    | 'constraints'
    | 'nodeValues'
    | 'alerts'
    | 'tags'
    | 'acls'
    | 'properties'
    | 'resourceDefaults'
    | 'operationDefaults'
    | 'resourceDefaultSets'
    | 'operationDefaultSets'
  >
> & {
  /** Fencing devices with their locations and levels. */
  devices?: FencingObjects
  /** The properties of fencing (`fencing-properties.ts`). */
  fencingProperties?: Record<string, string>
}

/** The wanted CIB, and how it differs from the one that was read. */
export interface Candidate {
  /** The whole CIB, status included. If nothing differs, it is the given one. */
  text: string
  differences: Difference[]
}

/** An edit of a CIB (the output of `cibadmin -Q`), from text to text: tasks check, forecast and apply it. */
export type CibEdit = (cib: string) => Candidate

/**
 * The CIB with the declared objects, and without those that ha-run once added and that are no longer declared. Pacemaker 2 prints
 * a line break in a value as `\n` and a tab as four spaces, and 2.0.5 cannot print a letter beyond ASCII: such values always
 * differ.
 *
 * @throws Error if the text is no CIB; if a declared id is in a place where ha-run must not correct it (as another kind of
 * object, in somebody else's group, with values from a shared set or template); or if something needs what would be removed.
 */
export function candidate(cib: string, declared: DeclaredCib, options: EditOptions = {}): Candidate {
  const draft = draftOf(cib, options)
  refuseOtherOwners(draft, idsOf(declared))
  put(draft, declared)
  const { differences } = draft
  return {
    text: differences.length === 0 ? cib : renderXml(draft.cib),
    differences: differences.map(difference => masked(difference, draft.secretSubjects)),
  }
}

/** An object that ha-run does not own. */
export interface ForeignObject {
  id: string
  kind: string
  /** It was left by a command such as `crm resource move`. */
  isLeftover: boolean
}

/**
 * Resources and constraints that the inventory does not declare and ha-run did not add. Fencing devices are left out: the role
 * fencing reports them.
 */
export function foreignObjects(cib: string, declared: DeclaredCib): ForeignObject[] {
  const draft = readDraft(cib)
  const known = new Set([...idsOf(declared), ...ownedIds(draft), ...ownedByOthers(draft).keys()])
  return [...objectsIn(draft, 'resources'), ...objectsIn(draft, 'constraints')].flatMap(object => {
    const id = ownId(object)
    return id === undefined || known.has(id) || isOfDevice(draft, object)
      ? []
      : [{ id, kind: kindOf(object), isLeftover: isLeftover(id) }]
  })
}

function put(draft: CibDraft, declared: DeclaredCib): CibDraft {
  const { resources = [], constraints = [], properties = {}, resourceDefaults = {}, operationDefaults = {} } = declared
  putProperties(draft, hasDevices(draft) ? withoutSwitch(properties) : properties)
  putProperties(draft, declared.fencingProperties ?? {})
  putResourceDefaults(draft, resourceDefaults)
  putOperationDefaults(draft, operationDefaults)
  putDefaultSets(draft, 'rsc_defaults', declared.resourceDefaultSets ?? [])
  putDefaultSets(draft, 'op_defaults', declared.operationDefaultSets ?? [])
  putNodeValues(draft, declared.nodeValues ?? [])
  const wrappers = wrappersOf(resources)
  const primitives = resources.filter(resource => resource.kind === 'primitive')
  for (const primitive of primitives) putPrimitive(draft, primitive, wrappers)
  for (const group of resources.filter(resource => resource.kind === 'group')) putGroup(draft, group, wrappers)
  for (const constraint of constraints) putConstraint(draft, constraint)
  putTags(draft, declared.tags ?? [])
  putAlerts(draft, declared.alerts ?? [])
  putAclRoles(draft, declared.acls?.roles ?? [])
  putHolders(draft, declared.acls?.holders ?? [])
  const ids = [...idsOf(declared), ...(declared.devices ? putDevices(draft, declared.devices) : [])]
  removeUndeclared(draft, ids, partsOf(declared))
  refuseTwins(
    draft,
    primitives.map(({ id }) => id),
  )
  putOwnership(draft, ids)
  putValueOwnership(draft)
  return draft
}

/** One object has one owner: the other would remove it, or change it back. */
function refuseOtherOwners(draft: CibDraft, declared: string[]): void {
  const others = ownedByOthers(draft)
  for (const id of declared) {
    const other = others.get(id)
    if (other !== undefined) throw new Error(`${id} is declared twice: it is in the CIB already, for ${other}`)
  }
}

/** With devices in the CIB, fencing is switched on and off by the edit for it alone: the devices must have answered. */
function withoutSwitch(properties: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !isFencingSwitch(name)))
}

function hasDevices(draft: CibDraft): boolean {
  return objectsIn(draft, 'resources').some(isDevice)
}

/** The parts of the configuration that a declaration covers. */
function partsOf(declared: DeclaredCib): Set<string> {
  const parts = {
    resources: 'resources',
    constraints: 'constraints',
    nodeValues: 'nodes',
    alerts: 'alerts',
    tags: 'tags',
    acls: 'acls',
    properties: 'crm_config',
    resourceDefaults: 'rsc_defaults',
    operationDefaults: 'op_defaults',
    devices: 'devices',
    fencingProperties: 'fencing',
  } as const
  return new Set(
    Object.entries(parts)
      .filter(([key]) => declared[key as keyof DeclaredCib] !== undefined)
      .map(([, part]) => part),
  )
}

function wrappersOf(resources: Resource[]): Map<string, string[]> {
  return new Map(
    resources.flatMap((resource): [string, string[]][] => {
      const { id, clone } = resource
      return [
        ...(resource.kind === 'group' ? [[id, resource.members] satisfies [string, string[]]] : []),
        ...(clone === undefined ? [] : [[clone.id, [id]] satisfies [string, string[]]]),
      ]
    }),
  )
}

/** The names of the declared objects in ha-run's record. */
function idsOf(declared: DeclaredCib): string[] {
  const { resources = [], constraints = [], alerts = [], tags = [], acls } = declared
  const { resourceDefaultSets = [], operationDefaultSets = [] } = declared
  const objects = [...resources, ...constraints, ...alerts, ...tags, ...resourceDefaultSets, ...operationDefaultSets]
  return [
    ...objects.map(({ id }) => id),
    ...resources.flatMap(({ clone }) => (clone === undefined ? [] : [clone.id])),
    ...(acls?.roles ?? []).map(({ id }) => id),
    ...(acls?.holders ?? []).map(({ kind, id }) => recordName(`acl_${kind}`, id)),
  ]
}
