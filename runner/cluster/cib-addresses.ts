import { elementsOf, findElement, firstOf, parseXml, walk, type Element } from './xml.js'

/** The agents that bring up the IPv4 address in their parameter `ip`: IPaddr2, and IPaddr, which it replaced. */
const addressAgents = new Set(['IPaddr2', 'IPaddr'])

/** The addresses that the resources of a CIB (the output of `cibadmin -Q`) bring up, at whatever depth they are. */
export function addressesIn(cib: string): string[] {
  const configuration = firstOf(parseXml(cib), 'configuration')
  const resources = firstOf(configuration, 'resources')
  if (configuration === undefined || resources === undefined) return []
  const primitives = [...walk(resources)].filter(({ name }) => name === 'primitive')
  return primitives.flatMap(primitive => {
    // What a primitive leaves out comes from its template.
    const template = withId(resources, 'template', primitive.attributes.get('template'))
    const sources = template === undefined ? [primitive] : [primitive, template]
    const type = sources.map(({ attributes }) => attributes.get('type')).find(value => value !== undefined)
    if (type === undefined || !addressAgents.has(type)) return []
    return sources.map(source => valuesOf(configuration, source, 'ip')).find(values => values.length > 0) ?? []
  })
}

/** The values of a parameter in all sets of a resource: which of them applies may depend on rules. */
function valuesOf(configuration: Element, resource: Element, parameter: string): string[] {
  const sets = elementsOf(resource, 'instance_attributes').flatMap(set => shared(configuration, set) ?? [])
  return sets.flatMap(set => elementsOf(set, 'nvpair')).flatMap(pair => {
    const target = shared(configuration, pair)
    const name = pair.attributes.get('name') ?? target?.attributes.get('name')
    return name === parameter ? target?.attributes.get('value') ?? [] : []
  })
}

/** The element that this one stands for: another one where it has an `id-ref`, else itself. */
function shared(configuration: Element, element: Element): Element | undefined {
  const ref = element.attributes.get('id-ref')
  return ref === undefined ? element : withId(configuration, element.name, ref)
}

function withId(holder: Element, kind: string, id: string | undefined): Element | undefined {
  return id === undefined ? undefined : findElement(holder, ({ name, attributes }) => name === kind && attributes.get('id') === id)
}
