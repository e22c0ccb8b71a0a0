import { fencingIn, type FencingConfiguration } from '../../runner/cluster/cib/fencing-devices.js'
import type { Cmap } from '../../runner/cluster/corosync/cmap.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import type { FencingTimes } from './budgets.js'
import type { Target } from './faults/fault.js'

/** The CIB's fencing; undefined if Pacemaker would fence no node. */
export function fencingInForce(state: ClusterState, cib: string): FencingConfiguration | undefined {
  const fencing = fencingIn(cib)
  return state.stonithEnabled && fencing.devices.length > 0 ? fencing : undefined
}

/** How long it may take to fence a node. */
export function fencingTimes({ devices, levels, priorityDelayMs, timeoutMs }: FencingConfiguration): FencingTimes {
  const ownDelayMs = Math.max(
    0,
    ...devices.map(({ delays, randomDelayMs }) => Math.max(randomDelayMs, ...delays.values())),
  )
  const perNode = [...levels.values()].map(all => all.flat().length)
  return { delayMs: priorityDelayMs + ownDelayMs, timeoutMs, devices: Math.max(1, ...perNode) }
}

/**
 * The device that Pacemaker uses first for a node.
 *
 * @param listed - ids of the devices that fence the node, according to Pacemaker.
 * @returns the device with its address; or why packets to it cannot be dropped.
 */
export function firstDevice(
  node: string,
  { devices, levels }: FencingConfiguration,
  listed: string[],
  nodeAddresses: string[],
): Required<Target>['device'] | string {
  const id = levels.get(node)?.[0]?.[0] ?? devices.find(device => listed.includes(device.id))?.id
  const device = devices.find(each => each.id === id)
  if (!device) return `no device fences ${node}`
  if (device.address === undefined)
    return `${device.id} (${device.agent}) has no address to which packets could be dropped`
  if (nodeAddresses.includes(device.address)) return `${device.id} has the address of a node`
  return { id: device.id, address: device.address }
}

/** Where the quorum device's daemon listens, by what Corosync runs; undefined without a quorum device. */
export function arbiterIn(cmap: Cmap | undefined): Target['arbiter'] {
  const host = cmap?.get('quorum.device.net.host')?.value
  return host === undefined ? undefined : { host, port: Number(cmap?.get('quorum.device.net.port')?.value ?? 5403) }
}
