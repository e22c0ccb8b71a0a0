import { canonicalAddress } from '../../ip-address.js'
import { elementsById, type CibDraft } from './draft.js'
import { attribute, descendantsOf, elementsOf, firstOf, readXml, type Element } from '../pacemaker/xml.js'

/** Finds an element of a configuration by its name and id. */
type Find = (kind: string, id: string | undefined) => Element | undefined

/**
 * What a resource manages, whatever its id: an address, a unit of systemd, a server's configuration. Two resources that manage the
 * same thing conflict: an address that two of them start is on two nodes at once.
 *
 * @param find - finds the primitive's template and values that it shares with other objects.
 */
export function identitiesOf(find: Find, primitive: Element): string[] {
  const template = find('template', attribute(primitive, 'template'))
  const sources = template === undefined ? [primitive] : [primitive, template]
  const own = (name: string) => sources.map(source => attribute(source, name)).find(value => value !== undefined) ?? ''
  const values = (parameter: string) =>
    sources.map(source => valuesOf(find, source, parameter)).find(some => some.length > 0) ?? []
  const [kind, type] = [own('class'), own('type')]
  // IPaddr2 has replaced IPaddr.
  if (kind === 'ocf' && /^IPaddr2?$/.test(type))
    return values('ip').map(address => `the address ${canonicalAddress(address)}`)
  if (['systemd', 'service', 'lsb'].includes(kind)) return [`the service ${type.replace(/\.service$/, '')}`]
  if (kind === 'ocf' && type === 'apache') {
    const [file = debianApache] = values('configfile')
    // Debian's unit runs Apache with that file.
    return [`Apache with ${file}`, ...(file === debianApache ? ['the service apache2'] : [])]
  }
  return []
}

const debianApache = '/etc/apache2/apache2.conf'

/** All primitives of a CIB, in groups and clones too. */
export function primitivesIn(configuration: Element | undefined): Element[] {
  return descendantsOf(firstOf(configuration, 'resources'), 'primitive')
}

/** Ids of the resources of a CIB (the output of `cibadmin -Q`) that bring up an address. */
export function resourcesWithAddress(cib: string, address: string): string[] {
  const configuration = firstOf(readXml(cib), 'configuration')
  if (configuration === undefined) return []
  const find = findIn(configuration)
  return primitivesIn(configuration)
    .filter(primitive => identitiesOf(find, primitive).includes(`the address ${address}`))
    .flatMap(element => attribute(element, 'id') ?? [])
}

/** Whether a resource of a CIB brings up an address. */
export function bringsUp(cib: string, address: string): boolean {
  return resourcesWithAddress(cib, address).length > 0
}

/**
 * @param declared - ids of the declared primitives.
 * @throws Error if one of them manages the same as a resource in the CIB that is not declared.
 */
export function refuseTwins({ configuration }: CibDraft, declared: string[]): void {
  const find = findIn(configuration)
  const all = primitivesIn(configuration).map(element => ({
    id: attribute(element, 'id') ?? '',
    identities: identitiesOf(find, element),
  }))
  const ids = new Set(declared)
  const others = new Map<string, string>()
  for (const { id, identities } of all)
    if (!ids.has(id)) for (const identity of identities) if (!others.has(identity)) others.set(identity, id)
  for (const own of all.filter(({ id }) => ids.has(id))) {
    const shared = own.identities.find(identity => others.has(identity))
    if (shared === undefined) continue
    const other = others.get(shared)
    throw new Error(
      `${own.id} would be ${shared} a second time: in the CIB, ${other} is that already. Use ${other} as it is: write \`resources: { ${own.id}: false }\` under \`cluster:\`, ` +
        `and ${other} with its agent if ha-run is to manage it`,
    )
  }
}

/** The values of a parameter in all sets of a resource: which of them applies may depend on rules. */
function valuesOf(find: Find, resource: Element, parameter: string): string[] {
  const sets = elementsOf(resource, 'instance_attributes').flatMap(set => shared(find, set) ?? [])
  return sets
    .flatMap(set => elementsOf(set, 'nvpair'))
    .flatMap(pair => {
      const target = shared(find, pair)
      const name = attribute(pair, 'name') ?? attribute(target, 'name')
      return name === parameter ? (attribute(target, 'value') ?? []) : []
    })
}

/** The element that this one refers to by `id-ref`, or itself. */
function shared(find: Find, element: Element): Element | undefined {
  const ref = attribute(element, 'id-ref')
  return ref === undefined ? element : find(element.tagName, ref)
}

/** The index is made at the first search: most configurations have no reference. */
export function findIn(configuration: Element): Find {
  let elements: Map<string, Element[]> | undefined
  return (kind, id) => {
    if (id === undefined) return undefined
    elements ??= elementsById(configuration)
    return elements.get(id)?.find(({ tagName }) => tagName === kind)
  }
}
