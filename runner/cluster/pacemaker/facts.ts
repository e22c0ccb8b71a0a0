import { TaskError, lastLines } from '../../errors.js'
import { fact, withDaemonTimeout, type Fact, type Family } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'
import { parseAgentMetadata, type AdvisedAction } from './agent-metadata.js'
import { parseOnSuccess } from '../parse-on-success.js'
import { parseCrmMon, type ClusterState } from './crm-mon.js'

/** Reports of a node's own daemons; undefined if the daemon does not run or is not installed. */

export const clusterState: Fact<ClusterState | undefined> = fact(
  'crm_mon',
  withDaemonTimeout('crm_mon -1 --output-as=xml'),
  parseOnSuccess(parseCrmMon),
)

/** The whole CIB, status included. */
export const cibText: Fact<string | undefined> = fact(
  'cibadmin -Q',
  withDaemonTimeout('cibadmin -Q'),
  parseOnSuccess(text => text),
)

const metadata: Family<AdvisedAction[]> = {
  name: 'crm_resource --show-metadata',
  script: agents =>
    agents
      .map(agent => withDaemonTimeout(sh`crm_resource --show-metadata ${agent}`) + `; printf '\\0%s\\0' $?`)
      .join('\n'),
  parse({ stdout, stderr }, agents) {
    const fields = stdout.split('\0')
    return agents.map((agent, at) => {
      const command = `crm_resource --show-metadata ${agent}`
      if (fields[at * 2 + 1] !== '0')
        throw new TaskError(`there is no agent ${agent}`, { command, output: lastLines(stderr) })
      try {
        return parseAgentMetadata(fields[at * 2]!)
      } catch (error) {
        throw new TaskError(`the metadata of ${agent} cannot be read: ${(error as Error).message}`, {
          command,
          cause: error,
        })
      }
    })
  },
}

/** What an agent advises for its operations. Rejects with TaskError if the node has no such agent. */
export function agentMetadata(agent: string): Fact<AdvisedAction[]> {
  return { family: metadata, argument: agent }
}
