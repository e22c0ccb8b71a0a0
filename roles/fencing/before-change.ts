import { readCib, runEdit } from '../../runner/cluster/cib/read.js'
import type { FencingDevice, Node } from '../../runner/cluster/declaration/declaration.js'
import { fenceAgent } from '../../runner/cluster/fencing/agent-metadata.js'
import { parameterProblems, type ParameterProblem } from '../../runner/cluster/fencing/parameter-problems.js'
import type { Scope } from '../../runner/cluster/members.js'
import { clusterGuard } from '../../runner/cluster/role.js'
import { TaskError } from '../../runner/errors.js'
import { warn, type ClusterGuard, type TaskRef, type Warn } from '../../runner/tasks/index.js'
import type { CibWork } from '../../runner/cluster/cib-change/cib-task.js'
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
  check: (scope: Scope) => Promise<never[] | Warn>,
): ClusterGuard<Node> {
  return clusterGuard(name, {
    needs,
    tolerant: true,
    async check(scope) {
      const [cib, ...changes] = await Promise.all([readCib(scope), ...edits.map(async edit => edit(scope))])
      return changes.some(change => runEdit(() => change(cib)).differences.length > 0) ? check(scope) : []
    },
  })
}

/** The devices with what their agents on the leader say about themselves. */
export async function withAgents({ leader }: Scope, devices: FencingDevice[]): Promise<AskableDevice[]> {
  return Promise.all(devices.map(async device => ({ device, agent: await leader.read(fenceAgent(device.agent)) })))
}

/**
 * @returns a warning of what works, and somebody should know.
 * @throws TaskError with everything that is wrong with the devices' parameters by the metadata of their agents.
 */
export async function judgeParameters(scope: Scope, devices: FencingDevice[]): Promise<never[] | Warn> {
  const problems = (await withAgents(scope, devices)).flatMap(({ device, agent }) => parameterProblems(agent, device))
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    const { message, hint } = summary(errors)
    throw new TaskError(message, { ...(hint !== '' && { hint }) })
  }
  if (problems.length === 0) return []
  const { message, hint } = summary(problems)
  return warn(`${message}. ${hint}`.trim())
}

function summary(problems: ParameterProblem[]): { message: string; hint: string } {
  return {
    message: problems.map(({ message }) => message).join('; '),
    hint: [...new Set(problems.flatMap(({ hint }) => hint ?? []))].join(' '),
  }
}
