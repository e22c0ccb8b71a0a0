import { frozen, machineGroup } from './cgroup.js'
import { checkName, type Lab, type LabNode } from './names.js'
import { cablePlugged } from './network.js'
import { answers, powered } from './node.js'
import { isAlive } from './leftovers.js'
import { findLab, labNames } from './state.js'

export interface NodeStatus extends LabNode {
  /** `running`: its sshd answers, if only inside the node; `silent`: it has power, and sshd does not answer. */
  state: 'running' | 'silent' | 'frozen' | 'off'
  /** True if its network cable is plugged in. */
  plugged: boolean
}

export interface LabStatus extends Omit<Lab, 'nodes'> {
  nodes: NodeStatus[]
}

/**
 * The state of the labs on this machine: of one, or of all.
 * @returns `broken`: names of incomplete labs, left by an interrupted `up`
 */
export async function readStatus(name?: string): Promise<{ labs: LabStatus[]; broken: string[] }> {
  if (name !== undefined) checkName(name)
  const labs: LabStatus[] = []
  const broken: string[] = []
  for (const each of name === undefined ? await labNames() : [name]) {
    const lab = await findLab(each)
    if (lab) labs.push({ ...lab, nodes: await Promise.all(lab.nodes.map(nodeStatus)) })
    else if (await isAlive(each)) broken.push(each)
  }
  return { labs, broken }
}

async function nodeStatus(node: LabNode): Promise<NodeStatus> {
  const plugged = await cablePlugged(node)
  if (!(await powered(node))) return { ...node, state: 'off', plugged }
  if (await frozen(machineGroup(node))) return { ...node, state: 'frozen', plugged }
  return { ...node, state: (await answers(node, 'node')) ? 'running' : 'silent', plugged }
}
