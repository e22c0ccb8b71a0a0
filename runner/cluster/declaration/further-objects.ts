import type { Origin } from '../../inventory/origin.js'
import { readAcls } from './acls.js'
import { readAlerts } from './alerts.js'
import { idsOf } from './constraints.js'
import type { Cluster } from './declaration.js'
import type { DeclaredCluster } from './schema.js'
import { readTags } from './tags.js'

/** What a declaration puts into the CIB besides resources, constraints and plain values. There are no defaults for any of it. */
type FurtherObjects = Pick<Cluster, 'alerts' | 'tags' | 'acls' | 'resourceDefaultSets' | 'operationDefaultSets'>

/** The declared sets of defaults that have a rule. */
export function defaultSets({
  resource_defaults: ofResources,
  operation_defaults: ofOperations,
}: DeclaredCluster): Pick<Cluster, 'resourceDefaultSets' | 'operationDefaultSets'> {
  return {
    ...(ofResources && ofResources.sets.length > 0 && { resourceDefaultSets: ofResources.sets }),
    ...(ofOperations && ofOperations.sets.length > 0 && { operationDefaultSets: ofOperations.sets }),
  }
}

/**
 * Each part is left out if it is not declared.
 *
 * @throws InventoryError for instance if an id is used twice.
 */
export function furtherObjects(
  declared: DeclaredCluster,
  { resources, constraints, fencing }: Pick<Cluster, 'resources' | 'constraints' | 'fencing'>,
  origin: Origin,
): FurtherObjects {
  const taken = new Set([
    ...resources.flatMap(idsOf),
    ...constraints.map(({ id }) => id),
    ...(typeof fencing === 'string' ? [] : fencing.devices.map(({ id }) => id)),
  ])
  const claim = (id: string, place: Origin) => {
    if (taken.has(id)) throw place.error(`the id "${id}" is used twice`, 'Ids are unique within the CIB.')
    taken.add(id)
  }
  for (const kind of ['alerts', 'tags'] as const)
    for (const id of Object.keys(declared[kind] ?? {})) claim(id, origin.at(kind, id).key)
  // A user is no object with an id: another one may have that name.
  for (const kind of ['roles', 'groups'] as const)
    for (const id of Object.keys(declared.acls?.[kind] ?? {})) claim(id, origin.at('acls', kind, id).key)
  for (const kind of ['resource_defaults', 'operation_defaults'] as const)
    for (const { id } of declared[kind]?.sets ?? []) claim(id, origin.at(kind).key)
  return {
    ...defaultSets(declared),
    ...(declared.alerts && { alerts: readAlerts(declared.alerts, origin.at('alerts')) }),
    ...(declared.tags && { tags: readTags(declared.tags, resources, constraints, origin.at('tags')) }),
    ...(declared.acls && { acls: readAcls(declared.acls, origin.at('acls')) }),
  }
}
