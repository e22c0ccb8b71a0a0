import { UsageError } from '../errors.js'
import { freezeGroup, machineGroup } from './cgroup.js'
import type { LabNode } from './names.js'
import { bootNode, powered } from './node.js'
import { imageOf } from './state.js'

/** What can happen to a machine. All of these return when it has happened. */

export { cutCable, healCable } from './network.js'
export { powerKill } from './node.js'

/**
 * Gives a node power again and waits until its sshd answers.
 * @throws UsageError when it is running, ConnectError when it does not come up
 */
export async function boot(node: LabNode): Promise<void> {
  await bootNode(node, await imageOf(node.lab))
}

/**
 * Stops every process of a node where it stands. Its kernel is the host's and goes on: it still answers a ping and
 * takes connections, of which nobody takes notice.
 */
export async function freeze(node: LabNode): Promise<void> {
  await requirePower(node)
  await freezeGroup(machineGroup(node), true)
}

/** Lets a frozen node go on. */
export async function thaw(node: LabNode): Promise<void> {
  await requirePower(node)
  await freezeGroup(machineGroup(node), false)
}

async function requirePower(node: LabNode): Promise<void> {
  if (await powered(node)) return
  throw new UsageError(`${node.name} of lab ${node.lab} has no power`)
}
