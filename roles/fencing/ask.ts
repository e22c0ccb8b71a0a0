import { agentDirectory, type FenceAgent } from '../../runner/cluster/fencing/agent-metadata.js'
import { agentInput, type Question } from '../../runner/cluster/fencing/agent-input.js'
import type { FencingDevice } from '../../runner/cluster/declaration/declaration.js'
import type { ClusterMember } from '../../runner/cluster/members.js'

/** A device, with what its agent says about itself. */
export interface AskableDevice {
  device: FencingDevice
  agent: FenceAgent
}

/** More than slow management boards take. Pacemaker gives a monitor 20 s and fencing 60 s by default. */
const answerTimeoutSeconds = 30

/**
 * Runs the agent of a device by itself on a node, as Pacemaker would there.
 *
 * @returns what is wrong with the answer, as the end of a sentence; undefined if the answer is good.
 */
export async function ask(
  { $ }: ClusterMember,
  { device, agent }: AskableDevice,
  question: Question,
): Promise<string | undefined> {
  const input = agentInput(agent, device, question)
  const program = `${agentDirectory}/${agent.name}`
  const { exitCode, stderr, stdout } = await $({ input, nothrow: true, timeout: `${answerTimeoutSeconds + 10}s` })`
    timeout -k 2 ${answerTimeoutSeconds} ${program}`
  return faultIn(question, { exitCode, output: stderr.trim() === '' ? stdout : stderr })
}

/** The exit code of `timeout` for a program that it has ended, and that of a program that it had to kill. */
const timedOut = new Set([124, 137])

/** What is wrong with an agent's answer; undefined if it is good. */
export function faultIn(
  question: Question,
  { exitCode, output }: { exitCode: number | null; output: string },
): string | undefined {
  if (exitCode === 0) return undefined
  if (timedOut.has(exitCode ?? 0)) return `no answer within ${answerTimeoutSeconds} s`
  // The exit code of `status` for a plug that is off.
  if (question.action === 'status' && exitCode === 2)
    return `the plug is off, although ${question.node} runs: it is the plug of another machine`
  const lines = output.split('\n').filter(line => line.trim() !== '')
  // Most agents begin their lines with a time.
  const last = (lines.at(-1) ?? '').replace(/^[\d-]{10} [\d:,]{8,12} (?:[A-Z]+: )?/, '').trim()
  return `exit code ${exitCode}${last === '' ? '' : `: ${last}`}`
}
