import { mapping, named, scalar } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import * as z from 'zod/mini'
import type { NodeValues, Resource } from './declaration.js'
import { attributes, id } from './schema-parts.js'

/**
 * Attributes and utilization of nodes. They are declared under `cluster:` and not as variables of the hosts: they belong to the CIB, which
 * the nodes share, an existing inventory may have host variables with these names, and Ansible would replace a mapping of a group by
 * that of a host instead of merging them.
 */

/** How much of something a node has, or a resource needs. */
export const utilization = named(
  'a mapping of names to whole numbers',
  id,
  // Pacemaker reads it as a 32-bit number.
  scalar(
    'a whole number, in a unit that you choose',
    value => /^\d+$/.test(value) && Number(value) <= 2_147_483_647,
    'Utilization has no units in the CIB: choose one, such as MiB, for nodes and resources alike.',
  ),
)

export const nodeValuesSchema = named(
  'a mapping of nodes',
  { what: 'the name of a node', test: name => name !== '' },
  mapping(
    'a mapping with attributes and utilization',
    { attributes: z.optional(attributes), utilization: z.optional(utilization) },
    {
      attribute: 'Did you mean "attributes"?',
      standby: '`crm node standby NODE` on a node sets it, and ha-run keeps it.',
      maintenance: '`crm node maintenance NODE` on a node sets it, and ha-run keeps it.',
    },
  ),
)

/** Attributes with a meaning of their own, by why they are not declared. */
const reserved: readonly [pattern: RegExp, hint: string][] = [
  [/^standby$/, "`crm node standby NODE` on a node sets it. It is the admin's own, and ha-run keeps it."],
  [/^maintenance$/, "`crm node maintenance NODE` on a node sets it. It is the admin's own, and ha-run keeps it."],
  [/^terminate$/, 'Pacemaker would fence the node: `ha-run fence NODE` does that.'],
  [/^(shutdown|probe_complete|fail-count-.*|last-failure-.*|master-.*)$/, 'Pacemaker writes it itself.'],
  [/^ha-run/, 'Names that begin with ha-run are its own.'],
]

/**
 * @param declared - as the schema has read it.
 * @throws InventoryError for an unknown node, or an attribute that Pacemaker or the admin sets.
 */
export function readNodeValues(
  declared: z.output<typeof nodeValuesSchema>,
  nodes: string[],
  origin: Origin,
): NodeValues[] {
  return Object.entries(declared).map(([node, values]) => {
    if (!nodes.includes(node))
      throw origin.at(node).key.error(`unknown node "${node}"`, didYouMean(node, nodes, 'Nodes'))
    for (const name of Object.keys(values.attributes ?? {})) {
      const [, hint] = reserved.find(([pattern]) => pattern.test(name)) ?? []
      if (hint !== undefined)
        throw origin.at(node, 'attributes', name).key.error(`the attribute "${name}" cannot be declared`, hint)
    }
    return { node, attributes: values.attributes ?? {}, utilization: values.utilization ?? {} }
  })
}

/**
 * @param origin - of the resources.
 * @throws InventoryError if a resource needs more of something than any node has: Pacemaker would stop it. What an admin may have set for
 * a node that does not declare it is not known here.
 */
export function checkCapacities(resources: Resource[], values: NodeValues[], nodes: string[], origin: Origin): void {
  for (const resource of resources) {
    for (const [name, need] of Object.entries((resource.kind === 'primitive' && resource.utilization) || {})) {
      const declared = values.flatMap(({ utilization: own }) => (own[name] === undefined ? [] : [Number(own[name])]))
      if (declared.length < nodes.length || Math.max(...declared) >= Number(need)) continue
      throw origin
        .at(resource.id, 'utilization', name)
        .error(
          `${resource.id} needs ${need} of ${name}, and no node has more than ${Math.max(...declared)}`,
          'Pacemaker would run it nowhere: correct it, or the utilization of a node under "nodes".',
        )
    }
  }
}
