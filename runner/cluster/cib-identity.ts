import type { CibDraft } from './cib-draft.js'
import { elementsOf, firstOf, walk, type Element } from './xml.js'

/**
 * What a resource is in the world, whatever it is called: an address, a unit of systemd, a server's configuration. Two
 * resources that are the same thing fight for it: an address that two of them start is on two nodes at once.
 */
export function identitiesOf(primitive: Element): string[] {
  const { class: kind = '', type = '' } = Object.fromEntries(primitive.attributes)
  const param = (name: string) => paramOf(primitive, name)
  if (kind === 'ocf' && /^IPaddr2?$/.test(type)) return param('ip') === undefined ? [] : [`the address ${param('ip')}`]
  if (['systemd', 'service', 'lsb'].includes(kind)) return [`the service ${type.replace(/\.service$/, '')}`]
  if (kind === 'ocf' && type === 'apache') {
    const file = param('configfile') ?? debianApache
    // Debian's unit runs Apache with that file.
    return [`Apache with ${file}`, ...file === debianApache ? ['the service apache2'] : []]
  }
  return []
}

const debianApache = '/etc/apache2/apache2.conf'

/** A parameter of a primitive, in whichever of its sets. */
export function paramOf(primitive: Element, name: string): string | undefined {
  return elementsOf(primitive, 'instance_attributes').flatMap(set => elementsOf(set, 'nvpair'))
    .find(({ attributes }) => attributes.get('name') === name)?.attributes.get('value')
}

/** All primitives of a CIB, in groups and clones too. */
export function primitivesIn(configuration: Element | undefined): Element[] {
  const resources = firstOf(configuration, 'resources')
  return resources ? [...walk(resources)].filter(({ name }) => name === 'primitive') : []
}

/**
 * @param declared - ids of the declared primitives.
 * @throws Error where one of them is what an undeclared resource of the CIB is already.
 */
export function refuseTwins(draft: CibDraft, declared: string[]): void {
  const all = primitivesIn(draft.configuration).map(element => ({ id: element.attributes.get('id') ?? '', identities: identitiesOf(element) }))
  for (const own of all.filter(({ id }) => declared.includes(id))) {
    for (const other of all.filter(({ id }) => !declared.includes(id))) {
      const shared = own.identities.find(identity => other.identities.includes(identity))
      if (shared === undefined) continue
      throw new Error(`${own.id} would be ${shared} a second time: in the CIB, ${other.id} is that already. Use ${other.id} as it is: write \`resources: { ${own.id}: false }\` under \`cluster:\`, `
        + `and ${other.id} with its agent if ha-run is to manage it`)
    }
  }
}
