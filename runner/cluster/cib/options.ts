import { sectionOf, type CibDraft } from './draft.js'
import { putNvpairs } from './nvpairs.js'

/** Adds or corrects declared cluster properties. Pacemaker's own (`dc-version` and the like) and undeclared ones stay. */
export function putProperties(draft: CibDraft, properties: Record<string, string>): void {
  if (isEmpty(properties)) return
  const holder = sectionOf(draft, 'crm_config')
  const set = { set: 'cluster_property_set', setId: 'cib-bootstrap-options' }
  putNvpairs(draft, { holder, ...set, subject: 'property', names: bothNames }, properties)
}

/** Adds or corrects declared defaults for all resources, in the set that crmsh uses too. */
export function putResourceDefaults(draft: CibDraft, defaults: Record<string, string>): void {
  if (isEmpty(defaults)) return
  const holder = sectionOf(draft, 'rsc_defaults')
  putNvpairs(draft, { holder, set: 'meta_attributes', setId: 'rsc-options', subject: 'resource default' }, defaults)
}

/** Adds or corrects declared defaults for all operations. */
export function putOperationDefaults(draft: CibDraft, defaults: Record<string, string>): void {
  if (isEmpty(defaults)) return
  const holder = sectionOf(draft, 'op_defaults')
  putNvpairs(draft, { holder, set: 'meta_attributes', setId: 'op-options', subject: 'operation default' }, defaults)
}

function isEmpty(values: Record<string, string>): boolean {
  return Object.keys(values).length === 0
}

// Pacemaker 3.0.2 renames stonith-* to fencing-* and still accepts the old names.
function bothNames(name: string): string[] {
  const [, prefix, rest] = /^(stonith|fencing)-(.+)$/.exec(name) ?? []
  return prefix === undefined ? [name] : [name, `${prefix === 'stonith' ? 'fencing' : 'stonith'}-${rest}`]
}
