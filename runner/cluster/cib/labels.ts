import { sha256 } from '../../tasks/file.js'
import type { Difference } from '../../tasks/difference.js'
import { fingerprint } from '../../secret.js'
import { ownId, parentOf, resourceElements, type CibDraft } from './draft.js'
import { elementsOf, type Element } from '../pacemaker/xml.js'

/** How a CIB's elements are called towards people: `location cli-prefer-WebSite`, `WebSite meta migration-threshold`. */

/** `rsc_location` -> `location`. */
export function kindOf({ name }: Element): string {
  return name.replace(/^rsc_/, '')
}

/** What an object is in one line: a primitive's agent, a wrapper's members, a constraint's or operation's attributes. */
export function describe(element: Element): string {
  const { attributes } = element
  if (element.name === 'primitive' || element.name === 'template') {
    return ['class', 'provider', 'type'].flatMap(part => attributes.get(part) ?? []).join(':')
  }
  if (resourceElements.has(element.name)) {
    return elementsOf(element).filter(({ name }) => resourceElements.has(name)).map(ownId).join(' ')
  }
  return [...attributes].filter(([key]) => key !== 'id' && key !== 'name').map(([key, value]) => `${key}=${value}`).join(' ')
}

/** How a value is called, by where it stands. */
export function valueSubject(draft: CibDraft, value: Element): string {
  const name = value.attributes.get('name') ?? ownId(value) ?? ''
  if (value.name === 'op') return `${ownId(parentOf(draft, parentOf(draft, value)!)!)} op ${name}`
  const set = parentOf(draft, value)!
  const holder = parentOf(draft, set)!
  if (holder.name in options) return `${options[holder.name]} ${name}`
  if (holder.name === 'op') return `${valueSubject(draft, holder)} ${name}`
  const owner = holder.name === 'node' ? `node ${ownId(holder)}` : ownId(holder)
  return `${owner} ${set.name === 'meta_attributes' ? 'meta' : 'param'} ${name}`
}

const options: Record<string, string> = { crm_config: 'property', rsc_defaults: 'resource default', op_defaults: 'operation default' }

/** The parameters by which agents take passwords; Pacemaker itself hides these in its logs. */
const secretNames = /passw|secret|community/i

/** Secrets as fingerprints: enough to see that they differ. */
export function masked({ subject, from, to }: Difference): Difference {
  const hide = (value: string | undefined) => value === undefined || !secretNames.test(subject.split(' ').at(-1)!) ? value : fingerprint(sha256(value))
  return { subject, from: hide(from), to: hide(to) }
}
