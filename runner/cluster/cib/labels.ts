import { sha256 } from '../../hash.js'
import type { Difference } from '../../tasks/difference.js'
import { fingerprint } from '../../secret.js'
import { ownId, resourceElements } from './draft.js'
import { attribute, attributesOf, elementsOf, type Element } from '../pacemaker/xml.js'
import { isSecret } from '../secret-parameters.js'

/** The labels of a CIB's elements in messages: `location cli-prefer-WebSite`, `WebSite meta migration-threshold`. */

/** `rsc_location` -> `location`. */
export function kindOf({ tagName }: Element): string {
  return tagName.replace(/^rsc_/, '')
}

/** An object in one line: a primitive's agent, a wrapper's members, a constraint's or operation's attributes. */
export function describe(element: Element): string {
  if (element.tagName === 'primitive' || element.tagName === 'template') {
    return ['class', 'provider', 'type'].flatMap(part => attribute(element, part) ?? []).join(':')
  }
  if (resourceElements.has(element.tagName)) {
    return elementsOf(element)
      .filter(({ tagName }) => resourceElements.has(tagName))
      .map(ownId)
      .join(' ')
  }
  return attributesOf(element)
    .filter(([key]) => key !== 'id' && key !== 'name')
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
}

/** The label of a value, by its place in the CIB. */
export function valueSubject(value: Element): string {
  const name = attribute(value, 'name') ?? ownId(value) ?? ''
  if (value.tagName === 'op') return `${ownId(value.parentElement!.parentElement!)} op ${name}`
  const set = value.parentElement!
  const holder = set.parentElement!
  if (holder.tagName in options) return `${options[holder.tagName]} ${name}`
  if (holder.tagName === 'op') return `${valueSubject(holder)} ${name}`
  const owner = holder.tagName === 'node' ? `node ${ownId(holder)}` : ownId(holder)
  return `${owner} ${set.tagName === 'meta_attributes' ? 'meta' : 'param'} ${name}`
}

const options: Record<string, string> = {
  crm_config: 'property',
  rsc_defaults: 'resource default',
  op_defaults: 'operation default',
}

/**
 * Secrets as fingerprints: enough to see that they differ.
 *
 * @param secrets - further subjects whose values are secret.
 */
export function masked({ subject, from, to }: Difference, secrets?: ReadonlySet<string>): Difference {
  const name = subject.split(' ').at(-1)!
  const isHidden = secrets?.has(subject) || [from, to].some(value => isSecret(name, value ?? ''))
  const hide = (value: string | undefined) => (value === undefined || !isHidden ? value : fingerprint(sha256(value)))
  return { subject, from: hide(from), to: hide(to) }
}
