import { readCib, runEdit } from '../../runner/cluster/cib/read.js'
import type { FencingDevice, Node } from '../../runner/cluster/declaration/declaration.js'
import { fenceAgent } from '../../runner/cluster/fencing/agent-metadata.js'
import { parameterProblems } from '../../runner/cluster/fencing/parameter-problems.js'
import type { Scope } from '../../runner/cluster/members.js'
import { clusterGuard } from '../../runner/cluster/role.js'
import { TaskError } from '../../runner/errors.js'
import type { ClusterGuard, TaskRef } from '../../runner/tasks/index.js'
import type { CibWork } from '../pacemaker/cib-task.js'
import type { AskableDevice } from './ask.js'

/**
 * A check of the devices before the CIB changes. If the CIB is as declared, nothing is asked: verify asserts that the devices still
 * work, and a run with nothing to do stays fast.
 *
 * @param edits - of the tasks that depend on it.
 */
export function beforeChange(
  name: string,
  { needs, edits }: { needs: readonly TaskRef[]; edits: CibWork['edit'][] },
  check: (scope: Scope) => Promise<void>,
): ClusterGuard<Node> {
  return clusterGuard(name, {
    needs,
    tolerant: true,
    async check(scope) {
      const [cib, ...changes] = await Promise.all([readCib(scope), ...edits.map(async edit => edit(scope))])
      if (changes.some(change => runEdit(() => change(cib)).differences.length > 0)) await check(scope)
      return []
    },
  })
}

/** The devices with what their agents on the leader say about themselves. */
export async function withAgents({ leader }: Scope, devices: FencingDevice[]): Promise<AskableDevice[]> {
  return Promise.all(devices.map(async device => ({ device, agent: await leader.read(fenceAgent(device.agent)) })))
}

/** @throws TaskError with everything that is wrong with the devices' parameters by the metadata of their agents. */
export async function refuseWrongParameters(scope: Scope, devices: FencingDevice[]): Promise<void> {
  const problems = (await withAgents(scope, devices))
    .flatMap(({ device, agent }) => parameterProblems(agent, device))
    .filter(({ severity }) => severity === 'error')
  if (problems.length === 0) return
  const hints = [...new Set(problems.flatMap(({ hint }) => hint ?? []))]
  throw new TaskError(problems.map(({ message }) => message).join('; '), {
    ...(hints.length > 0 && { hint: hints.join(' ') }),
  })
}
