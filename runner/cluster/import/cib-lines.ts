import { contentText } from '../cib/constraint-content.js'
import { selectionText } from '../cib/alerts.js'
import { rulesIn } from '../cib/default-sets.js'
import { elementsById, recordOf, resourceElements } from '../cib/draft.js'
import { isOwnTag } from '../cib/owner.js'
import { describe, kindOf } from '../cib/labels.js'
import { attribute, attributesOf, elementsOf, firstOf, type Element } from '../pacemaker/xml.js'
import { isSecret } from '../secret-parameters.js'

/** A CIB as readable lines: one for each resource, constraint and property. Secrets are hidden. */

const hidden = '(not shown)'

function shown(name: string, value: string): string {
  return isSecret(name, value) ? hidden : /^\S+$/.test(value) ? value : JSON.stringify(value)
}

/** A primitive's parameters, those of its template and of shared sets included. */
export function paramsOf(cib: Element, primitive: Element): Map<string, string> {
  return valuesOf(cib, primitive, 'instance_attributes')
}

function valuesOf(cib: Element, element: Element, set: string): Map<string, string> {
  const template = byId(cib, attribute(element, 'template'))
  const sets = elementsOf(element, set).map(each => byId(cib, attribute(each, 'id-ref')) ?? each)
  const pairs = sets
    .flatMap(each => elementsOf(each, 'nvpair'))
    .map(each => byId(cib, attribute(each, 'id-ref')) ?? each)
  const own = pairs.map(pair => [attribute(pair, 'name') ?? '', attribute(pair, 'value') ?? ''] as const)
  return new Map([...(template && template !== element ? valuesOf(cib, template, set) : []), ...own])
}

/** The element with this id. */
export function byId(cib: Element, id: string | undefined): Element | undefined {
  if (id === undefined) return undefined
  let elements = indexes.get(cib)
  if (elements === undefined) indexes.set(cib, (elements = elementsById(cib)))
  return elements.get(id)?.[0]
}

/** An import only reads the CIB: the index of each one stays right. */
const indexes = new WeakMap<Element, Map<string, Element[]>>()

function pairsText(values: Map<string, string>): string {
  return [...values].map(([name, value]) => `${name}=${shown(name, value)}`).join(' ')
}

/** An object of the CIB, as text. */
export interface CibLine {
  id: string
  text: string
}

/** The resources: groups, clones and bundles with what they contain. */
export function resourceLines(cib: Element): CibLine[] {
  return objectsOf(cib, 'resources').map(element => ({ id: idOf(element), text: resourceText(cib, element) }))
}

function resourceText(cib: Element, element: Element): string {
  const inner = elementsOf(element, ...resourceElements)
  const extras = extrasText(cib, element)
  if (element.tagName === 'primitive') return `primitive ${primitiveText(cib, element)}`
  if (element.tagName === 'template')
    return `template ${primitiveText(cib, element)}: neither it nor a resource that uses it can be declared`
  const contents = inner
    .map(each => (each.tagName === 'primitive' ? primitiveText(cib, each) : resourceText(cib, each)))
    .join(', ')
  return `${element.tagName} ${idOf(element)}: ${[contents, extras].filter(text => text !== '').join('; ')}`
}

/** `ClusterIP (ocf:heartbeat:IPaddr2 ip=192.168.0.10; monitor 10s)`. */
function primitiveText(cib: Element, primitive: Element): string {
  const template = attribute(primitive, 'template')
  const agent = template === undefined ? describe(primitive) : `template ${template}`
  const head = [agent, pairsText(paramsOf(cib, primitive))].filter(text => text !== '').join(' ')
  return `${idOf(primitive)} (${[head, extrasText(cib, primitive)].filter(text => text !== '').join('; ')})`
}

/** Operations that repeat, and meta attributes. */
function extrasText(cib: Element, element: Element): string {
  const operations = elementsOf(firstOf(element, 'operations') ?? element, 'op')
    .filter(op => !/^0(s|ms)?$/.test(attribute(op, 'interval') ?? '0'))
    .map(op => [attribute(op, 'name'), attribute(op, 'interval'), attribute(op, 'role')].filter(Boolean).join(' '))
  const [meta, needs] = ['meta_attributes', 'utilization'].map(set => pairsText(valuesOf(cib, element, set)))
  return [...operations, ...(meta ? [`meta ${meta}`] : []), ...(needs ? [`utilization ${needs}`] : [])].join('; ')
}

/** The constraints, each with its attributes, its rule and its sets. */
export function constraintLines(cib: Element): CibLine[] {
  return objectsOf(cib, 'constraints').map(element => {
    const more = elementsOf(element, 'rule', 'resource_set').map(contentText)
    return {
      id: idOf(element),
      text: `${kindOf(element)} ${idOf(element)}: ${[describe(element), ...more].filter(text => text !== '').join(', ')}`,
    }
  })
}

/** Properties that Pacemaker itself writes, and the cluster's name, which the inventory has elsewhere. */
const notShown = /^(dc-version|cluster-infrastructure|have-watchdog|cluster-name|last-lrm-refresh)$/

/** Properties, defaults, attributes of nodes, fencing levels, alerts, tags, ACLs. */
export function optionLines(cib: Element): CibLine[] {
  const named = { crm_config: 'property', rsc_defaults: 'resource default', op_defaults: 'operation default' }
  const options = Object.entries(named).flatMap(([section, kind]) =>
    objectsOf(cib, section).flatMap(set => {
      const rules = rulesIn(set)
      return elementsOf(set, 'nvpair')
        .filter(pair => !notShown.test(attribute(pair, 'name') ?? ''))
        .map(pair => ({
          id: idOf(pair),
          text: `${kind} ${nvpairText(pair)}${rules === '' ? '' : `, in ${idOf(set)}: ${rules}`}`,
        }))
    }),
  )
  const nodes = objectsOf(cib, 'nodes').flatMap(node =>
    elementsOf(node).flatMap(set => {
      const kind = set.tagName === 'utilization' ? 'utilization' : 'attribute'
      return elementsOf(set, 'nvpair').map(pair => ({
        id: idOf(pair),
        text: `${kind} of node ${attribute(node, 'uname')}: ${nvpairText(pair)}`,
      }))
    }),
  )
  const remote = objectsOf(cib, 'nodes')
    .filter(node => attribute(node, 'type') === 'remote')
    .map(node => ({ id: idOf(node), text: `remote node ${attribute(node, 'uname')}` }))
  const others = ['fencing-topology', 'alerts', 'acls', 'tags']
    .flatMap(section => objectsOf(cib, section))
    .filter(element => !(element.tagName === 'tag' && isOwnTag(idOf(element))))
    .map(element => ({ id: recordOf(element) ?? '', text: otherText(cib, element) }))
  return [...options, ...nodes, ...remote, ...others]
}

function nvpairText(pair: Element): string {
  const name = attribute(pair, 'name') ?? ''
  return `${name}=${shown(name, attribute(pair, 'value') ?? '')}`
}

function otherText(cib: Element, element: Element): string {
  const attributes = attributesOf(element)
    .filter(([name]) => name !== 'id')
    .map(([name, value]) => `${name}=${shown(name, value)}`)
  const refs = elementsOf(element, 'obj_ref', 'role').map(each => attribute(each, 'id') ?? '')
  const permissions = element.tagName === 'acl_role' ? [describe(element)] : []
  const first = [...attributes, ...refs, ...permissions].join(' ')
  const inner = [
    ...elementsOf(element, 'select').map(select => `select ${selectionText(select)}`),
    ...elementsOf(element, 'recipient').map(recipient =>
      ['recipient', shown('recipient', attribute(recipient, 'value') ?? ''), settingsText(cib, recipient)]
        .filter(Boolean)
        .join(' '),
    ),
  ]
  const parts = [first, settingsText(cib, element), ...inner].filter(text => text !== '')
  return `${kindOf(element)} ${idOf(element)}${parts.length === 0 ? '' : `: ${parts.join('; ')}`}`
}

/** The options of an alert or recipient, and its timeout. */
function settingsText(cib: Element, element: Element): string {
  return ['instance_attributes', 'meta_attributes']
    .map(set => pairsText(valuesOf(cib, element, set)))
    .filter(text => text !== '')
    .join(' ')
}

function objectsOf(cib: Element, section: string): Element[] {
  return elementsOf(firstOf(cib, 'configuration', section))
}

function idOf(element: Element): string {
  return attribute(element, 'id') ?? attribute(element, 'id-ref') ?? ''
}
