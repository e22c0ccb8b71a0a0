import * as z from 'zod/mini'
import { expected, named } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import type { Constraint, Resource, Tag } from './declaration.js'
import { id, idText } from './schema-parts.js'

/** Tags: names for several resources or constraints, which crm_resource, crmsh and location constraints understand. */
export const tagsSchema = named(
  'a mapping of tags',
  id,
  z.array(idText, { error: ({ input }) => expected('a list of names of resources', input) }),
)

/**
 * A cloned resource is tagged by its clone, as constraints are.
 *
 * @throws InventoryError for a name that ha-run's own tags have, an empty tag, or an unknown member.
 */
export function readTags(
  declared: z.output<typeof tagsSchema>,
  resources: Resource[],
  constraints: Constraint[],
  origin: Origin,
): Tag[] {
  const known = new Map([
    ...constraints.map(constraint => [constraint.id, constraint.id] as const),
    ...resources.map(resource => [resource.id, resource.clone?.id ?? resource.id] as const),
  ])
  return Object.entries(declared).map(([tag, members]) => {
    if (/^ha-run/.test(tag))
      throw origin
        .at(tag)
        .key.error(`the tag "${tag}" cannot be declared`, 'ha-run keeps records in tags whose names begin with ha-run.')
    if (members.length === 0) throw origin.at(tag).error(`tag "${tag}" is empty`, 'List the resources that have it.')
    for (const [at, member] of members.entries()) {
      if (!known.has(member))
        throw origin.at(tag, at).error(`unknown resource "${member}"`, didYouMean(member, known.keys(), 'Resources'))
      if (members.indexOf(member) < at) throw origin.at(tag, at).error(`"${member}" is in the tag "${tag}" twice`)
    }
    return { id: tag, members: members.map(member => known.get(member) ?? member) }
  })
}
