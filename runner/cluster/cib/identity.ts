import type { CibDraft } from './draft.js'
import { attribute, descendantsOf, elementsOf, findElement, firstOf, readXml, type Element } from '../pacemaker/xml.js'

/**
 * What a resource manages, whatever its id: an address, a unit of systemd, a server's configuration. Two resources that manage the
 * same thing conflict: an address that two of them start is on two nodes at once.
 *
 * @param configuration - the configuration with the primitive's template and with values that it shares with other objects.
 */
export function identitiesOf(configuration: Element, primitive: Element): string[] {
  const template = withId(configuration, 'template', attribute(primitive, 'template'))
  const sources = template === undefined ? [primitive] : [primitive, template]
  const own = (name: string) => sources.map(source => attribute(source, name)).find(value => value !== undefined) ?? ''
  const values = (parameter: string) =>
    sources.map(source => valuesOf(configuration, source, parameter)).find(some => some.length > 0) ?? []
  const [kind, type] = [own('class'), own('type')]
  // IPaddr2 has replaced IPaddr.
  if (kind === 'ocf' && /^IPaddr2?$/.test(type)) return values('ip').map(address => `the address ${address}`)
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
  return primitivesIn(configuration)
    .filter(primitive => identitiesOf(configuration!, primitive).includes(`the address ${address}`))
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
  const all = primitivesIn(configuration).map(element => ({
    id: attribute(element, 'id') ?? '',
    identities: identitiesOf(configuration, element),
  }))
  const ids = new Set(declared)
  const others = all.filter(({ id }) => !ids.has(id))
  for (const own of all.filter(({ id }) => ids.has(id))) {
    for (const other of others) {
      const shared = own.identities.find(identity => other.identities.includes(identity))
      if (shared === undefined) continue
      throw new Error(
        `${own.id} would be ${shared} a second time: in the CIB, ${other.id} is that already. Use ${other.id} as it is: write \`resources: { ${own.id}: false }\` under \`cluster:\`, ` +
          `and ${other.id} with its agent if ha-run is to manage it`,
      )
    }
  }
}

/** The values of a parameter in all sets of a resource: which of them applies may depend on rules. */
function valuesOf(configuration: Element, resource: Element, parameter: string): string[] {
  const sets = elementsOf(resource, 'instance_attributes').flatMap(set => shared(configuration, set) ?? [])
  return sets
    .flatMap(set => elementsOf(set, 'nvpair'))
    .flatMap(pair => {
      const target = shared(configuration, pair)
      const name = attribute(pair, 'name') ?? attribute(target, 'name')
      return name === parameter ? (attribute(target, 'value') ?? []) : []
    })
}

/** The element that this one refers to by `id-ref`, or itself. */
function shared(configuration: Element, element: Element): Element | undefined {
  const ref = attribute(element, 'id-ref')
  return ref === undefined ? element : withId(configuration, element.tagName, ref)
}

function withId(holder: Element, kind: string, id: string | undefined): Element | undefined {
  return id === undefined
    ? undefined
    : findElement(holder, element => element.tagName === kind && attribute(element, 'id') === id)
}
