import { frozen, machineGroup } from './cgroup.js'
import { checkName, type Lab, type LabNode } from './names.js'
import { cablePlugged } from './network.js'
import { answers, powered } from './node.js'
import { plugsRun, readPlug, type PlugStatus } from './plugs.js'
import { isAlive } from './leftovers.js'
import { findLab, labNames } from './state.js'

export interface NodeStatus extends LabNode {
  /** `running`: its sshd answers, if only inside the node; `silent`: it has power, and sshd does not answer. */
  state: 'running' | 'silent' | 'frozen' | 'off'
  /** True if its network cable is plugged in. */
  plugged: boolean
  /** The power plug on which it hangs. */
  plug?: PlugStatus
}

export interface LabStatus extends Omit<Lab, 'machines'> {
  /** The nodes, and the arbiter if there is one. */
  machines: NodeStatus[]
  /** False if the process that answers for the plugs has ended; undefined if there are no plugs. */
  plugsRun?: boolean
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
    if (lab) labs.push(await labStatus(lab))
    else if (await isAlive(each)) broken.push(each)
  }
  return { labs, broken }
}

async function labStatus(lab: Lab): Promise<LabStatus> {
  const plugStates = await Promise.all(lab.plugs.map(readPlug))
  const statuses = lab.machines.map(async node => {
    const plug = plugStates.find(({ plug }) => plug.node === node)
    return { ...(await nodeStatus(node)), ...(plug && { plug }) }
  })
  return {
    ...lab,
    machines: await Promise.all(statuses),
    ...(lab.plugs.length > 0 && { plugsRun: await plugsRun(lab.name) }),
  }
}

async function nodeStatus(node: LabNode): Promise<NodeStatus> {
  const plugged = await cablePlugged(node)
  if (!(await powered(node))) return { ...node, state: 'off', plugged }
  if (await frozen(machineGroup(node))) return { ...node, state: 'frozen', plugged }
  return { ...node, state: (await answers(node, 'node')) ? 'running' : 'silent', plugged }
}
