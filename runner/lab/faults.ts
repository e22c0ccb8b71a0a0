import { UsageError } from '../errors.js'
import { freezeGroup, machineGroup } from './cgroup.js'
import type { LabNode } from './names.js'
import { bootNode, powered } from './node.js'
import { noteRelay } from './plugs.js'
import { imageOf, requireLab } from './state.js'

/** Faults of a machine. Each function returns when the fault is in effect. */

export { cutCable, healCable } from './network.js'
export { powerKill } from './node.js'

/**
 * Gives a node power again, also at its plugs, and waits until its sshd answers.
 * @throws UsageError if it is running, ConnectError if it does not come up
 */
export async function boot(node: LabNode): Promise<void> {
  const { plugs, backups } = await requireLab(node.lab)
  for (const plug of [...plugs, ...backups]) if (plug.node.name === node.name) await noteRelay(plug, true)
  await bootNode(node, await imageOf(node.lab))
}

/**
 * Stops every process of a node. Its kernel is the host's and continues: it still answers a ping and accepts connections,
 * which no process handles.
 */
export async function freezeNode(node: LabNode): Promise<void> {
  await requirePower(node)
  await freezeGroup(machineGroup(node), true)
}

/** Resumes a frozen node. */
export async function thawNode(node: LabNode): Promise<void> {
  await requirePower(node)
  await freezeGroup(machineGroup(node), false)
}

async function requirePower(node: LabNode): Promise<void> {
  if (await powered(node)) return
  throw new UsageError(`${node.name} of lab ${node.lab} has no power`)
}
