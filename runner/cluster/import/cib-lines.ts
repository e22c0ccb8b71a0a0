import { resourceElements } from '../cib/draft.js'
import { describe, kindOf } from '../cib/labels.js'
import { attribute, attributesOf, elementsOf, findElement, firstOf, type Element } from '../pacemaker/xml.js'
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

function byId(cib: Element, id: string | undefined): Element | undefined {
  return id === undefined ? undefined : findElement(cib, element => attribute(element, 'id') === id)
}

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
  if (element.tagName === 'primitive' || element.tagName === 'template')
    return `${element.tagName} ${primitiveText(cib, element)}`
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
    .map(op => `${attribute(op, 'name')} ${attribute(op, 'interval')}`)
  const meta = pairsText(valuesOf(cib, element, 'meta_attributes'))
  return [...operations, ...(meta === '' ? [] : [`meta ${meta}`])].join('; ')
}

/** The constraints, each with its attributes; rules and sets are mentioned, but not shown in full. */
export function constraintLines(cib: Element): CibLine[] {
  return objectsOf(cib, 'constraints').map(element => {
    const sets = elementsOf(element, 'resource_set').map(set => elementsOf(set, 'resource_ref').map(idOf).join(' '))
    const more = [
      ...sets.map(set => `set (${set})`),
      ...(elementsOf(element, 'rule').length > 0 ? ['with a rule'] : []),
    ]
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
    objectsOf(cib, section)
      .flatMap(set => elementsOf(set, 'nvpair'))
      .filter(pair => !notShown.test(attribute(pair, 'name') ?? ''))
      .map(pair => ({ id: idOf(pair), text: `${kind} ${nvpairText(pair)}` })),
  )
  const nodes = objectsOf(cib, 'nodes').flatMap(node =>
    elementsOf(node)
      .flatMap(set => elementsOf(set, 'nvpair'))
      .map(pair => ({ id: idOf(pair), text: `attribute of node ${attribute(node, 'uname')}: ${nvpairText(pair)}` })),
  )
  const remote = objectsOf(cib, 'nodes')
    .filter(node => attribute(node, 'type') === 'remote')
    .map(node => ({ id: idOf(node), text: `remote node ${attribute(node, 'uname')}` }))
  const others = ['fencing-topology', 'alerts', 'acls', 'tags']
    .flatMap(section => objectsOf(cib, section))
    .filter(element => !(element.tagName === 'tag' && idOf(element).startsWith('ha-run')))
    .map(element => ({ id: idOf(element), text: otherText(element) }))
  return [...options, ...nodes, ...remote, ...others]
}

function nvpairText(pair: Element): string {
  const name = attribute(pair, 'name') ?? ''
  return `${name}=${shown(name, attribute(pair, 'value') ?? '')}`
}

function otherText(element: Element): string {
  const attributes = attributesOf(element)
    .filter(([name]) => name !== 'id')
    .map(([name, value]) => `${name}=${shown(name, value)}`)
  const refs = elementsOf(element, 'obj_ref').map(idOf)
  return `${element.tagName} ${idOf(element)}${[...attributes, ...refs].length === 0 ? '' : `: ${[...attributes, ...refs].join(' ')}`}`
}

function objectsOf(cib: Element, section: string): Element[] {
  return elementsOf(firstOf(cib, 'configuration', section))
}

function idOf(element: Element): string {
  return attribute(element, 'id') ?? attribute(element, 'id-ref') ?? ''
}
