import type { Cluster } from '../declaration/declaration.js'
import type { DeclaredCib } from './cib.js'

/**
 * What the role constraints puts into the CIB, in one change: resources with all that decides where they run, and what refers to them.
 * A part that is not declared is empty: what ha-run has added of it before is removed.
 */
export function resourceParts({
  resources,
  constraints,
  nodeValues = [],
  alerts = [],
  tags = [],
  acls,
}: Cluster): DeclaredCib {
  return { resources, constraints, nodeValues, alerts, tags, acls: acls ?? { roles: [], holders: [] } }
}

/** What the role pacemaker puts into the CIB: the settings of the whole cluster. */
export function optionParts({
  properties,
  resourceDefaults,
  operationDefaults,
  resourceDefaultSets = [],
  operationDefaultSets = [],
}: Cluster): DeclaredCib {
  return { properties, resourceDefaults, operationDefaults, resourceDefaultSets, operationDefaultSets }
}
