import type { FencingDevice } from '../../runner/cluster/declaration/declaration.js'
import { agentDirectory } from '../../runner/cluster/fencing/agent-metadata.js'
import { agentHint, agentPackages } from '../../runner/cluster/fencing/agent-packages.js'
import { TaskError } from '../../runner/errors.js'
import { fileState } from '../../runner/facts/files.js'
import { debianVersion } from '../../runner/facts/release.js'
import { packagesBy, type NodeTask } from '../../runner/tasks/index.js'

/** The packages that bring the agents of these devices. An agent that is in none must be on the node already. */
export function fenceAgents(devices: FencingDevice[]): NodeTask {
  const agents = [...new Set(devices.map(({ agent }) => agent))]
  return packagesBy('install the fence agents', async ({ read }) => {
    const debian = await read(debianVersion)
    const lists = await Promise.all(
      agents.map(async agent => {
        const names = agentPackages(agent, debian)
        if (names !== undefined) return names
        if ((await read(fileState(`${agentDirectory}/${agent}`))) !== undefined) return []
        throw new TaskError(`no package has the fence agent ${agent}`, { hint: agentHint(agent, debian) })
      }),
    )
    return [...new Set(lists.flat())]
  })
}
