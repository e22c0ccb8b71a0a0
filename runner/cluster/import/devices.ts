import { isDevice } from '../cib/draft.js'
import { inventoryOwner } from '../cib/owner.js'
import { isFencingProperty, isFencingSwitch } from '../cib/fencing-properties.js'
import { attribute, descendantsOf, elementsOf, findElement, firstOf, type Element } from '../pacemaker/xml.js'
import { isSecret } from '../secret-parameters.js'
import { byId, paramsOf, type CibLine } from './cib-lines.js'
import { entry, yamlScalar } from './yaml-text.js'

/** The fencing devices of a running cluster as an inventory declares them. */

/** What ha-run itself sets for a device, and does not declare. */
const derived = ['pcmk_host_list', 'pcmk_host_map', 'pcmk_host_check']

/**
 * The setting `fencing` with all devices, if ha-run owns each of them; undefined otherwise: then the inventory keeps them as they are.
 * A secret becomes a variable of the environment, since the inventory must not have its value.
 *
 * @param nodes - the inventory names of the nodes.
 * @param properties - the CIB's cluster properties.
 */
export function declaredDevices(cib: Element, nodes: string[], properties: Map<string, string>): string[] | undefined {
  const devices = descendantsOf(firstOf(cib, 'configuration', 'resources'), 'primitive').filter(isDevice)
  const owned = ownedIds(cib)
  const isOff = [...properties].some(([name, value]) => isFencingSwitch(name) && /^(false|off|no|n|0)$/i.test(value))
  const read = devices.map(device => ({ device, fences: fencesOf(cib, device) }))
  const fenced = read.flatMap(({ fences }) => fences.map(({ node }) => node))
  if (
    isOff ||
    devices.some(device => !owned.has(idOf(device)) || !/^fence_\w+$/.test(attribute(device, 'type') ?? '')) ||
    fenced.some(node => !nodes.includes(node)) ||
    nodes.some(node => !fenced.includes(node))
  )
    return undefined
  const delay = properties.get('priority-fencing-delay')
  const action = properties.get('stonith-action') ?? properties.get('fencing-action')
  return [
    entry(10, 'fencing'),
    entry(12, 'devices'),
    ...read.flatMap(({ device, fences }) => deviceLines(cib, device, fences)),
    ...(delay === undefined ? [] : [entry(12, 'delay', yamlScalar(delay))]),
    ...levelLines(cib, owned),
    ...(action === undefined ? [] : [entry(12, 'action', yamlScalar(action))]),
  ]
}

/** The lines about a CIB that are about its devices, their use, and the properties of fencing; none if it has no device. */
export function fencingLines(cib: Element, lines: CibLine[]): CibLine[] {
  const hasDevices = findElement(cib, isDevice) !== undefined
  return hasDevices ? lines.filter(line => isOfFencing(cib, line)) : []
}

function isOfFencing(cib: Element, { id, text }: CibLine): boolean {
  const [, property] = /^property ([^=]+)=/.exec(text) ?? []
  if (property !== undefined) return isFencingProperty(property)
  const element = byId(cib, id)
  if (element === undefined) return false
  const resource = byId(cib, attribute(element, 'rsc'))
  return element.tagName === 'fencing-level' || isDevice(resource ?? element)
}

interface Fence {
  node: string
  plug?: string
}

function fencesOf(cib: Element, device: Element): Fence[] {
  const params = paramsOf(cib, device)
  const parts = (name: string) => (params.get(name) ?? '').split(/[\s;,]+/).filter(Boolean)
  const map = (params.get('pcmk_host_map') ?? '').split(/[\s;]+/).filter(Boolean)
  return map.length > 0
    ? map.map(pair => {
        const [node = '', plug = ''] = pair.split(/[:=]/)
        return { node, plug }
      })
    : parts('pcmk_host_list').map(node => ({ node }))
}

function deviceLines(cib: Element, device: Element, fences: Fence[]): string[] {
  const params = [...paramsOf(cib, device)].filter(([name]) => !derived.includes(name))
  const plain = params.filter(([name, value]) => !isSecret(name, value))
  const secret = params.filter(([name, value]) => isSecret(name, value))
  const variable = (name: string) => `${idOf(device)}_${name}`.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')
  return [
    entry(14, idOf(device)),
    entry(16, 'agent', yamlScalar(attribute(device, 'type') ?? '')),
    entry(16, 'fences', fencesText(fences)),
    ...(plain.length === 0 ? [] : [entry(16, 'params', flow(plain.map(([name, value]) => [name, yamlScalar(value)])))]),
    ...(secret.length === 0
      ? []
      : [
          entry(
            16,
            'secrets',
            flow(secret.map(([name]) => [name, `{ env: ${variable(name)} }`])),
            'set before a run, or {file: PATH}, {command: [PROGRAM]}',
          ),
        ]),
  ]
}

function fencesText(fences: Fence[]): string {
  if (fences.some(({ plug }) => plug !== undefined)) {
    return flow(fences.map(({ node, plug = '' }) => [node, yamlScalar(plug)]))
  }
  const names = fences.map(({ node }) => yamlScalar(node))
  return names.length === 1 ? names[0]! : `[${names.join(', ')}]`
}

function levelLines(cib: Element, owned: ReadonlySet<string>): string[] {
  const levels = elementsOf(firstOf(cib, 'configuration', 'fencing-topology'), 'fencing-level')
    .filter(level => owned.has(idOf(level)))
    .toSorted((one, other) => Number(attribute(one, 'index')) - Number(attribute(other, 'index')))
  const nodes = [...new Set(levels.flatMap(level => attribute(level, 'target') ?? []))]
  if (nodes.length === 0) return []
  const listsOf = (node: string) =>
    levels
      .filter(level => attribute(level, 'target') === node)
      .map(level => `[${(attribute(level, 'devices') ?? '').split(',').map(yamlScalar).join(', ')}]`)
  return [entry(12, 'levels', flow(nodes.map(node => [node, `[${listsOf(node).join(', ')}]`])))]
}

function flow(pairs: (readonly [string, string])[]): string {
  return `{ ${pairs.map(([key, value]) => `${yamlScalar(key)}: ${value}`).join(', ')} }`
}

function ownedIds(cib: Element): Set<string> {
  const tag = findElement(cib, element => element.tagName === 'tag' && idOf(element) === inventoryOwner.objects)
  return new Set(tag ? elementsOf(tag, 'obj_ref').map(idOf) : [])
}

function idOf(element: Element): string {
  return attribute(element, 'id') ?? ''
}
