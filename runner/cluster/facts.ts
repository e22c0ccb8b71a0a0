import { TaskError } from '../errors.js'
import { fact, patient, type Fact, type Family } from '../facts/fact.js'
import { lastLines } from '../transport/diagnose.js'
import { sh } from '../transport/quote.js'
import { parseAgentMetadata, type AdvisedAction } from './agent-metadata.js'
import { parseCfgtool, type Link } from './cfgtool.js'
import { parseCmap, type CmapValue } from './cmap.js'
import { parseCrmMon, type ClusterState } from './crm-mon.js'
import { parseQuorumtool, type Quorum } from './quorumtool.js'

/** What a node's own daemons say. Each is undefined where the daemon does not run or is not installed. */

/** Corosync's configuration as it runs, its run-time keys, and the notes of `corosync-notes.ts`. */
export const runningKeys: Fact<Map<string, CmapValue> | undefined> =
  fact('corosync-cmapctl', patient('corosync-cmapctl'), answer(parseCmap))

export const linkStates: Fact<Link[] | undefined> =
  fact('corosync-cfgtool -s', patient('corosync-cfgtool -s'), answer(parseCfgtool))

/** Exit code 2 says "not quorate", which is an answer; 3.0.1 says 1 when quorate (cluster-facts C6). */
export const quorum: Fact<Quorum | undefined> =
  fact('corosync-quorumtool -s', patient('corosync-quorumtool -s'), answer(parseQuorumtool, text => text.includes('Quorate:')))

export const clusterState: Fact<ClusterState | undefined> =
  fact('crm_mon', patient('crm_mon -1 --output-as=xml'), answer(parseCrmMon))

/** The whole CIB, status included. */
export const cibText: Fact<string | undefined> = fact('cibadmin -Q', patient('cibadmin -Q'), answer(text => text))

/** How a daemon's own tool answers: by exit code 0, or as `isAnswer` knows. */
function answer<T>(parse: (text: string) => T, isAnswer?: (text: string) => boolean) {
  return ({ stdout, exitCode }: { stdout: string; exitCode: number | null }): T | undefined =>
    exitCode === 0 || isAnswer?.(stdout) ? parse(stdout) : undefined
}

const metadata: Family<AdvisedAction[]> = {
  name: 'crm_resource --show-metadata',
  script: agents => agents.map(agent => patient(sh`crm_resource --show-metadata ${agent}`) + `; printf '\\0%s\\0' $?`).join('\n'),
  parse({ stdout, stderr }, agents) {
    const words = stdout.split('\0')
    return agents.map((agent, at) => {
      if (words[at * 2 + 1] === '0') return parseAgentMetadata(words[at * 2]!)
      throw new TaskError(`there is no agent ${agent}`, { command: `crm_resource --show-metadata ${agent}`, output: lastLines(stderr) })
    })
  },
}

/** What an agent advises for its operations. Rejects with TaskError where the node has no such agent. */
export function agentMetadata(agent: string): Fact<AdvisedAction[]> {
  return { family: metadata, argument: agent }
}
