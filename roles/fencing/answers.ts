import type { FencingDevice } from '../../runner/cluster/declaration/declaration.js'
import type { ClusterMember, Scope } from '../../runner/cluster/members.js'
import { TaskError } from '../../runner/errors.js'
import { ask, type AskableDevice } from './ask.js'

/** An answer that is not good. */
export interface Fault {
  device: string
  /** The node that asked. */
  node: string
  text: string
}

/** The nodes that may run a device: all but the one that it fences. A device that fences several nodes may run on any of them. */
export function askingNodes<M extends { name: string }>({ fences }: FencingDevice, members: M[]): M[] {
  const [only, second] = fences
  return second === undefined ? members.filter(({ name }) => name !== only?.node) : members
}

/**
 * Asks every device from each node that may run it, and throws unless all answers are good: with a wrong password, fencing would
 * turn a fault of one node into a cluster that waits without end. Devices are asked in parallel, and one device is asked by one node
 * after the other, because many can answer only one at a time.
 */
export async function askDevices(scope: Scope, devices: AskableDevice[]): Promise<void> {
  const faults = await Promise.all(
    groupedByAddress(devices).map(async group => {
      const found: Fault[] = []
      for (const device of group) found.push(...(await askFromAll(scope, device)))
      return found
    }),
  )
  const all = faults.flat()
  scope.progress()
  if (all.length === 0) return
  throw new TaskError(all.map(({ device, node, text }) => `${device}, asked by ${node}: ${text}`).join('; '), {
    hint: 'fencing was not changed. Check the address of the device, its login and password, the plug of each node, and that the nodes reach it; then run again',
  })
}

/** Several devices may be the plugs of one machine. */
function groupedByAddress(devices: AskableDevice[]): AskableDevice[][] {
  const groups = new Map<string, AskableDevice[]>()
  for (const askable of devices) {
    const { id, params } = askable.device
    const address = params['ip'] ?? params['ipaddr'] ?? id
    groups.set(address, [...(groups.get(address) ?? []), askable])
  }
  return [...groups.values()]
}

async function askFromAll({ members, progress }: Scope, askable: AskableDevice): Promise<Fault[]> {
  const { device } = askable
  const asking = askingNodes(device, members)
  const faults: Fault[] = []
  for (const member of asking) {
    progress(`asking ${device.id} from ${member.name}`)
    const text = await faultOf(member, askable)
    if (text !== undefined) faults.push({ device: device.id, node: member.name, text })
  }
  if (faults.length < asking.length) return faults
  const victims = members.filter(member => !asking.includes(member))
  const reached = await Promise.all(
    victims.map(async member => ({ name: member.name, isReached: (await faultOf(member, askable)) === undefined })),
  )
  const only = reached.filter(({ isReached }) => isReached).map(({ name }) => name)
  if (only.length === 0) return faults
  const text = `; only ${only.join(', ')}, which it fences, reaches it: a lost node cannot fence itself`
  return faults.map((fault, at) => (at === faults.length - 1 ? { ...fault, text: fault.text + text } : fault))
}

/** What is wrong when a node asks a device about itself and about each node that it fences. */
async function faultOf(member: ClusterMember, askable: AskableDevice): Promise<string | undefined> {
  const fault = await ask(member, askable, { action: 'monitor' })
  if (fault !== undefined) return fault
  for (const { node } of askable.device.fences) {
    const status = await ask(member, askable, { action: 'status', node })
    if (status !== undefined) return `status of ${node}: ${status}`
  }
  return undefined
}
