import type { Cluster } from '../declaration/declaration.js'
import { isTrue } from '../declaration/truth.js'
import { attribute, descendantsOf, elementsOf, firstOf, readXml, type Element } from '../pacemaker/xml.js'

/**
 * What is declared and has no effect in a CIB, as sentences: Pacemaker ignores utilization and access control until a property enables
 * them, and runs a resource nowhere that needs more than any node has.
 */
export function declaredWithoutEffect(cib: string, cluster: Cluster): string[] {
  const { resources, acls } = cluster
  const configuration = firstOf(readXml(cib), 'configuration')
  const needs = resources.flatMap(resource =>
    resource.kind === 'primitive'
      ? Object.entries(resource.utilization ?? {}).map(need => [resource.id, ...need] as const)
      : [],
  )
  const strategy = propertyIn(configuration, 'placement-strategy') ?? 'default'
  const lacksAcl = acls !== undefined && !isTrue(propertyIn(configuration, 'enable-acl') ?? 'false')
  return [
    ...(usesUtilization(cluster) && strategy === 'default'
      ? [
          'utilization is declared, and Pacemaker ignores it: declare a placement-strategy under "properties", such as {placement-strategy: balanced}',
        ]
      : []),
    ...(strategy === 'default' ? [] : needs.flatMap(need => tooLarge(configuration, need))),
    ...(lacksAcl
      ? ['acls are declared, and Pacemaker ignores them: declare {enable-acl: true} under "properties"']
      : []),
  ]
}

/** Whether utilization of a node or of a resource is declared. */
export function usesUtilization({ nodeValues = [], resources }: Cluster): boolean {
  return (
    nodeValues.some(({ utilization }) => Object.keys(utilization).length > 0) ||
    resources.some(resource => resource.kind === 'primitive' && Object.keys(resource.utilization ?? {}).length > 0)
  )
}

function tooLarge(configuration: Element | undefined, [id, name, amount]: readonly [string, string, string]): string[] {
  const capacities = elementsOf(firstOf(configuration, 'nodes'), 'node').map(node =>
    Number(valueIn(elementsOf(node, 'utilization'), name) ?? 0),
  )
  if (capacities.length === 0 || Math.max(...capacities) >= Number(amount)) return []
  return [`${id} needs ${amount} of ${name}, and no node has more than ${Math.max(...capacities)}: it cannot run`]
}

function propertyIn(configuration: Element | undefined, name: string): string | undefined {
  return valueIn(elementsOf(firstOf(configuration, 'crm_config')), name)
}

function valueIn(sets: Element[], name: string): string | undefined {
  const pair = sets.flatMap(set => descendantsOf(set, 'nvpair')).find(each => attribute(each, 'name') === name)
  return attribute(pair, 'value')
}
