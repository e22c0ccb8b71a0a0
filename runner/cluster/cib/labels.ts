import { sha256 } from '../../hash.js'
import type { Difference } from '../../tasks/difference.js'
import { fingerprint } from '../../secret.js'
import { ownId, resourceElements } from './draft.js'
import { attribute, attributesOf, elementsOf, type Element } from '../pacemaker/xml.js'
import { isSecret } from '../secret-parameters.js'

/** The labels of a CIB's elements in messages: `location cli-prefer-WebSite`, `WebSite meta migration-threshold`. */

/** `rsc_location` -> `location`. */
export function kindOf({ tagName, parentElement }: Element): string {
  const defaults = tagName === 'meta_attributes' ? options[parentElement?.tagName ?? ''] : undefined
  if (defaults !== undefined) return `${defaults}s`
  return tagName.replace(/^rsc_/, '').replace(/^acl_/, 'ACL ')
}

/** An object in one line: a primitive's agent, a wrapper's members, a constraint's or operation's attributes. */
export function describe(element: Element): string {
  const template = attribute(element, 'template')
  if (template !== undefined) return `template ${template}`
  if (element.tagName === 'primitive' || element.tagName === 'template') {
    return ['class', 'provider', 'type'].flatMap(part => attribute(element, part) ?? []).join(':')
  }
  if (resourceElements.has(element.tagName)) {
    return elementsOf(element)
      .filter(({ tagName }) => resourceElements.has(tagName))
      .map(ownId)
      .join(' ')
  }
  const references = elementsOf(element, 'obj_ref', 'role')
  if (references.length > 0) return references.map(reference => attribute(reference, 'id')).join(' ')
  if (element.tagName === 'acl_role')
    return elementsOf(element, 'acl_permission')
      .map(permission => `${attribute(permission, 'kind')} ${describe(permission)}`)
      .join(', ')
  return attributesOf(element)
    .filter(([key]) => key !== 'id' && key !== 'name' && !(element.tagName === 'acl_permission' && key === 'kind'))
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
}

/** The label of a value, by its place in the CIB. */
export function valueSubject(value: Element): string {
  const name = attribute(value, 'name') ?? ownId(value) ?? ''
  if (value.tagName === 'op') return `${ownId(value.parentElement!.parentElement!)} op ${name}`
  if (value.tagName === 'acl_permission') return `ACL role ${ownId(value.parentElement!)} ${attribute(value, 'kind')}`
  if (value.tagName === 'recipient') return `alert ${ownId(value.parentElement!)} recipient`
  const set = value.parentElement!
  const holder = set.parentElement!
  if (holder.tagName in options && elementsOf(set, 'rule').length > 0)
    return `${options[holder.tagName]}s ${ownId(set)} ${name}`
  if (holder.tagName in options) return `${options[holder.tagName]} ${name}`
  if (holder.tagName === 'op') return `${valueSubject(holder)} ${name}`
  if (holder.tagName === 'node') {
    const kind = set.tagName === 'utilization' ? 'utilization' : 'attribute'
    return `node ${attribute(holder, 'uname') ?? ownId(holder)} ${kind} ${name}`
  }
  if (holder.tagName === 'alert' || holder.tagName === 'recipient') {
    const subject =
      holder.tagName === 'alert' ? `alert ${ownId(holder)}` : `${valueSubject(holder)} ${attribute(holder, 'value')}`
    return `${subject} ${set.tagName === 'meta_attributes' ? 'meta' : 'option'} ${name}`
  }
  return `${ownId(holder)} ${setLabels[set.tagName] ?? 'param'} ${name}`
}

const setLabels: Record<string, string> = { meta_attributes: 'meta', utilization: 'utilization' }

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
