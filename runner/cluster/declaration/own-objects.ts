import { dump } from 'js-yaml'
import { InventoryError, UsageError } from '../../errors.js'
import { check, mapping } from '../../inventory/check.js'
import { parseDocument } from '../../inventory/document.js'
import { withoutPlace } from '../../inventory/origin.js'
import { closedVault } from '../../inventory/vault.js'
import { completeConstraints, idsOf } from './constraints.js'
import type { Cluster } from './declaration.js'
import { completeResources } from './resources.js'
import { clusterSchema } from './schema.js'

/** Resources and constraints in the form of the inventory. */
export interface OwnObjects {
  resources?: Record<string, unknown>
  constraints?: { location?: object; colocation?: object; order?: object }
}

const { resources, constraints } = clusterSchema.shape
const schema = mapping('a mapping with resources and constraints', { resources, constraints })

/**
 * Resources and constraints that a role declares besides those of the inventory, on which its constraints may be.
 *
 * @throws UsageError if the inventory could not have them.
 */
export function readOwnObjects(cluster: Cluster, objects: OwnObjects): Pick<Cluster, 'resources' | 'constraints'> {
  try {
    return complete(cluster, objects)
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error
    // Its place is in the text that stands for the objects here.
    throw new UsageError(withoutPlace(error.message), {
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
    })
  }
}

function complete(cluster: Cluster, objects: OwnObjects): Pick<Cluster, 'resources' | 'constraints'> {
  const { resources: all = {}, constraints: rules = {} } = objects
  const text = dump({ resources: all, constraints: rules })
  const { value, origin } = parseDocument({ file: 'cibObjects', text }, closedVault)!
  const declared = check(schema, value, origin)
  const own = completeResources(declared.resources ?? {}, {}, {}, origin.at('resources'))
  const taken = new Set([...cluster.resources.flatMap(idsOf), ...cluster.constraints.map(({ id }) => id)])
  const twin = own.flatMap(idsOf).find(id => taken.has(id))
  if (twin !== undefined) throw new UsageError(`the inventory declares "${twin}" too`, { hint: 'Choose another name.' })
  const names = { nodes: cluster.nodes.map(({ name }) => name), tags: (cluster.tags ?? []).map(({ id }) => id) }
  const known = [...cluster.resources, ...own]
  const ownConstraints = completeConstraints(declared.constraints ?? {}, known, names, [], origin.at('constraints'))
  const twice = ownConstraints.find(({ id }) => taken.has(id))?.id
  if (twice !== undefined)
    throw new UsageError(`the inventory declares "${twice}" too`, { hint: 'Choose another name.' })
  return { resources: own, constraints: ownConstraints }
}
