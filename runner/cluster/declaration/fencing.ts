import { check, expected, isMapping } from '../../inventory/check.js'
import { didYouMean } from '../../inventory/nearest.js'
import type { Origin } from '../../inventory/origin.js'
import { readDevice } from './fencing-device.js'
import { fencingSchema, type DeclaredDevices } from './fencing-schema.js'
import type { Cluster, DeclaredFencing, Explicit, FencingDevice, Primitive, Resource } from './declaration.js'

/** The parts of the cluster that a declaration of devices must agree with. */
export interface FencedCluster {
  /** Names of the nodes. */
  nodes: string[]
  /** Ids of its other objects in the CIB. */
  ids: ReadonlySet<string>
  properties: Record<string, string>
  hasQuorumDevice: boolean
}

/**
 * In a tie, the node without the floating IP waits this long before it fences the other one: longer than nodes need to start
 * fencing each other after the same cut.
 */
const defaultDelay = '5s'

/** Pacemaker's levels have an index from 1 to 9. */
const maximumLevels = 9

/**
 * How nodes are fenced.
 *
 * @param origin - of the cluster.
 * @throws InventoryError for instance if no device fences one of the nodes.
 */
export function readFencing(declared: unknown, cluster: FencedCluster, origin: Origin): Cluster['fencing'] {
  const place = origin.at('fencing')
  if (declared === 'disabled' || declared === 'kept') return declared
  if (!isMapping(declared)) throw fencingError(declared, place)
  const { devices: declaredDevices, delay, levels = {}, action = 'reboot' } = check(fencingSchema, declared, place)
  refuseProperties(cluster.properties, origin.at('properties'))
  const devices = readDevices(declaredDevices, cluster, place.at('devices'))
  const effectiveDelay = delay ?? (cluster.nodes.length === 2 && !cluster.hasQuorumDevice ? defaultDelay : undefined)
  return {
    devices,
    ...(effectiveDelay !== undefined && { delay: effectiveDelay }),
    levels: readLevels(levels, devices, cluster.nodes, place.at('levels')),
    action,
  }
}

function readDevices(
  declared: DeclaredDevices['devices'],
  { nodes, ids }: FencedCluster,
  origin: Origin,
): FencingDevice[] {
  const devices = Object.entries(declared).map(([id, device]) => {
    if (ids.has(id)) {
      throw origin
        .at(id)
        .key.error(
          `the id "${id}" is used twice`,
          'Ids are unique within the CIB: a resource or constraint has it too.',
        )
    }
    return readDevice(id, device, nodes, origin.at(id))
  })
  const unfenced = nodes.filter(node => !devices.some(({ fences }) => fences.some(fence => fence.node === node)))
  if (unfenced.length > 0) {
    throw origin.key.error(
      `no device fences ${unfenced.join(', ')}`,
      'Each node needs a device: otherwise its resources never start elsewhere when it is lost. `fencing: disabled` does without any.',
    )
  }
  return devices
}

function readLevels(
  declared: NonNullable<DeclaredDevices['levels']>,
  devices: FencingDevice[],
  nodes: string[],
  origin: Origin,
): DeclaredFencing['levels'] {
  for (const [node, levels] of Object.entries(declared)) {
    const place = origin.at(node)
    if (!nodes.includes(node)) throw place.key.error(`there is no node "${node}"`, didYouMean(node, nodes, 'Nodes'))
    if (levels.length === 0) throw place.error(`the levels of ${node} are empty`, 'Leave them out.')
    if (levels.length > maximumLevels) {
      throw place.error(`Pacemaker supports up to ${maximumLevels} levels, and these are ${levels.length}`)
    }
    const own = devices.filter(({ fences }) => fences.some(fence => fence.node === node)).map(({ id }) => id)
    for (const [index, level] of levels.entries()) {
      if (level.length === 0) throw place.at(index).error(`level ${index + 1} of ${node} has no device`)
      for (const [position, id] of level.entries()) {
        const at = place.at(index, position)
        if (!devices.some(device => device.id === id)) {
          throw at.error(
            `there is no device "${id}"`,
            didYouMean(
              id,
              devices.map(device => device.id),
              'Devices',
            ),
          )
        }
        if (!own.includes(id)) {
          throw at.error(`"${id}" does not fence ${node}`, `Devices that fence ${node}: ${own.join(', ')}.`)
        }
        if (level.indexOf(id) < position) throw at.error(`level ${index + 1} of ${node} has "${id}" twice`)
      }
    }
    const unused = own.find(id => !levels.some(level => level.includes(id)))
    if (unused !== undefined) {
      throw place.key.error(
        `no level of ${node} has "${unused}", which fences it`,
        'If a node has levels, Pacemaker uses no other device for it: add the device to a level, or take the node out of its "fences".',
      )
    }
  }
  return declared
}

/** Properties that contradict the devices or are declared beside them, with what to write instead. */
const contradictions: Record<string, string> = {
  'stonith-action': 'Declare it as "action" of "fencing".',
  'fencing-action': 'Declare it as "action" of "fencing".',
  'priority-fencing-delay': 'Declare it as "delay" of "fencing".',
}

function refuseProperties(properties: Record<string, string>, origin: Origin): void {
  for (const [name, value] of Object.entries(properties)) {
    if (Object.hasOwn(contradictions, name)) {
      throw origin.at(name).key.error(`the property "${name}" cannot be set here`, contradictions[name])
    }
    if (name === 'no-quorum-policy' && value === 'ignore') {
      throw origin
        .at(name)
        .error(
          'no-quorum-policy=ignore with fencing devices: nodes without quorum would fence the others',
          "Leave it out. Two nodes keep quorum when one is lost, since Corosync's two_node is set by default.",
        )
    }
  }
}

/** The settings among those of `fencing` that the inventory declares itself. */
export function explicitFencing(declared: unknown, fencing: Cluster['fencing']): Explicit['fencing'] {
  if (typeof fencing === 'string' || !isMapping(declared)) return undefined
  const { delay, action } = fencing
  return {
    ...(delay !== undefined && 'delay' in declared && { delay }),
    ...('action' in declared && { action }),
  }
}

/** The resources, with the node of a floating IP as the more important one, if a delay lets that node win a tie. */
export function withPriority(resources: Resource[], floatingIp: string, fencing: Cluster['fencing']): Resource[] {
  if (typeof fencing === 'string' || fencing.delay === undefined || /^0+\D*$/.test(fencing.delay)) return resources
  const isFloatingIp = (resource: Resource): resource is Primitive =>
    resource.kind === 'primitive' && resource.agent === 'ocf:heartbeat:IPaddr2' && resource.params['ip'] === floatingIp
  return resources.map(resource =>
    isFloatingIp(resource) ? { ...resource, meta: { priority: '1', ...resource.meta } } : resource,
  )
}

/**
 * There is no safe default. Without fencing, two nodes that lose contact both run the floating IP, both of them
 * quorate. With fencing enabled but no device, Pacemaker starts nothing.
 */
function fencingError(value: unknown, origin: Origin): Error {
  const forms = '"disabled", "kept" or a mapping with "devices"'
  const choice =
    '"devices" declares what switches a node off before another one takes over: "devices: {plug1: {agent: fence_plug, fences: node1, params: {ip: 192.168.0.201, type: shelly2}}, …}", one for each node. ' +
    '"disabled": there are none. Nodes that lose contact then each assume that the others are dead, and all of them take the floating IP. That is acceptable for a ' +
    'demonstration or a static page, but not for shared data, so verify always warns about it. "kept" leaves the devices of a running cluster as they are.'
  return value === undefined || value === null
    ? origin.error(`"fencing" is missing: expected ${forms}`, choice)
    : origin.error(expected(`fencing ${forms}`, value), choice)
}
