import type { Constraint, DeclaredFencing, FencingDevice, Primitive } from '../declaration/declaration.js'
import { declaredHostArgument } from '../fencing/agent-input.js'
import { attribute, newElement, type Element } from '../pacemaker/xml.js'
import { isSecret } from '../secret-parameters.js'
import { putConstraint } from './constraints.js'
import {
  append,
  claim,
  objectOf,
  objectsIn,
  ownId,
  resourceWith,
  sectionOf,
  setAttribute,
  type CibDraft,
} from './draft.js'
import { dropNvpairs, keepNvpairs, renewSets, type NvpairPlace } from './nvpairs.js'
import { putPrimitive } from './resources.js'

/** Fencing devices in the CIB, with their locations and levels. */

/** The objects of the CIB that a declaration of fencing has. */
export type FencingObjects = Pick<DeclaredFencing, 'devices' | 'levels'>

/**
 * Adds or corrects the declared devices, their locations and levels. Secrets that were not read are not compared with those in the
 * CIB, and stay as they are there.
 *
 * @returns the ids of all these objects.
 */
export function putDevices(draft: CibDraft, { devices, levels }: FencingObjects): string[] {
  const locations = devices.flatMap(locationOf)
  for (const device of devices) putDevice(draft, device)
  for (const location of locations) putConstraint(draft, location)
  const levelIds = Object.entries(levels).flatMap(([node, lists]) =>
    lists.map((list, index) => putLevel(draft, node, index + 1, list.join(','))),
  )
  return [...devices.map(({ id }) => id), ...locations.map(({ id }) => id), ...levelIds]
}

/** How often Pacemaker asks each device, and how long it waits for the answer: docs/facts.md, Fencing. */
const monitorInterval = '60s'
const answerTimeout = '60s'

/** After this time Pacemaker tries a device again that has failed: a plug that restarts is away for some seconds. */
const failureTimeout = '2min'

function putDevice(draft: CibDraft, device: FencingDevice): void {
  const { id, secrets } = device
  const values = Object.entries(secrets).flatMap(([name, source]) =>
    'value' in source ? [[name, source.value.reveal().toString()] as const] : [],
  )
  for (const name of Object.keys(secrets)) draft.secretSubjects.add(`${id} param ${name}`)
  const primitive: Primitive = {
    kind: 'primitive',
    id,
    agent: `stonith:${device.agent}`,
    params: { ...device.params, ...hostParameters(device), ...Object.fromEntries(values) },
    operations: [
      { name: 'start', interval: '0s', timeout: answerTimeout, options: {} },
      { name: 'monitor', interval: monitorInterval, timeout: answerTimeout, options: {} },
    ],
    meta: { 'failure-timeout': failureTimeout },
  }
  const former = resourceWith(draft, id)
  if (former !== undefined) {
    const secretParams = Object.entries(device.params).filter(([name, value]) => isSecret(name, value))
    renewSets(draft, paramsOf(id, former), Object.fromEntries([...secretParams, ...values]))
  }
  putPrimitive(draft, primitive, new Map())
  const holder = resourceWith(draft, id)
  if (holder === undefined) return
  const place = paramsOf(id, holder)
  const unread = Object.keys(secrets).filter(name => !values.some(([read]) => read === name))
  keepNvpairs(draft, place, unread)
  dropNvpairs(
    draft,
    place,
    ['pcmk_host_list', 'pcmk_host_map'].filter(name => !(name in primitive.params)),
  )
}

function paramsOf(id: string, holder: Element): NvpairPlace {
  return { holder, set: 'instance_attributes', setId: `${id}-instance_attributes`, subject: `${id} param` }
}

/** Which nodes the device fences, so that Pacemaker need not ask it. */
function hostParameters({ params, fences }: FencingDevice): Record<string, string> {
  const hasPlugs = fences.some(({ plug }) => plug !== undefined)
  const argument = declaredHostArgument(params)
  return {
    pcmk_host_check: 'static-list',
    ...(argument !== undefined && { pcmk_host_argument: argument }),
    ...(hasPlugs
      ? { pcmk_host_map: fences.map(({ node, plug }) => `${node}:${plug ?? node}`).join(';') }
      : { pcmk_host_list: fences.map(({ node }) => node).join(',') }),
  }
}

/**
 * A device for one node does not run there, so that Pacemaker asks it from a node that would use it. A device for several nodes may
 * run anywhere: a location would also keep these nodes from fencing each other with it.
 */
function locationOf({ id, fences }: FencingDevice): Constraint[] {
  const [only, second] = fences
  if (only === undefined || second !== undefined) return []
  return [{ kind: 'location', id: `${id}-not-on-${only.node}`, resource: id, node: only.node, score: '-INFINITY' }]
}

/** Adds or corrects the level of this index, whatever its id: Pacemaker knows a level by node and index. */
function putLevel(draft: CibDraft, node: string, index: number, devices: string): string {
  const wanted = { target: node, index: String(index) }
  const id = `fencing-level-${node}-${index}`
  const subject = `fencing-level ${node} ${index}`
  const existing =
    objectsIn(draft, 'fencing-topology').find(level =>
      Object.entries(wanted).every(([name, value]) => attribute(level, name) === value),
    ) ?? objectOf(draft, 'fencing-topology', id, 'fencing-level')
  if (existing === undefined) {
    append(
      sectionOf(draft, 'fencing-topology'),
      newElement('fencing-level', { id: claim(draft, id), ...wanted, devices }),
    )
    draft.differences.push({ subject, from: undefined, to: devices })
    return id
  }
  for (const [name, value] of Object.entries({ ...wanted, devices }))
    setAttribute(draft, existing, name, value, subject)
  return ownId(existing) ?? id
}
