import { TaskError } from '../../errors.js'
import type { Fact } from '../../facts/fact.js'
import { fileText } from '../../facts/files.js'
import { interfaceAddresses, type InterfaceAddress } from '../../facts/interface-addresses.js'
import { examplePath } from '../../inventory/example.js'
import type { Cmap } from '../corosync/cmap.js'
import { confPath } from '../corosync/files.js'
import { learnSecretNames } from '../cib/secret-names.js'
import type { ClusterState } from '../pacemaker/crm-mon.js'
import { quorum, runningCmap } from '../corosync/facts.js'
import { cibText, clusterState } from '../pacemaker/facts.js'
import { inForce } from '../corosync/in-force.js'
import { runsDebianDefault } from '../corosync/node-ids.js'
import type { Quorum } from '../corosync/quorumtool.js'

/** What `ha-run import` reads from one node. It never reads the authkey. */
export interface NodeReading {
  /** As on the command line: a name that ssh knows, or an address. */
  host: string
  /** The part before the `@`. */
  user?: string | undefined
  /** Corosync's settings as they are in force, and its run-time state. */
  cmap: Cmap
  quorum?: Quorum | undefined
  /** Pacemaker's report and CIB; undefined if Pacemaker does not run. */
  state?: ClusterState | undefined
  cib?: string | undefined
  /** corosync.conf; undefined if the file does not exist. */
  conf?: string | undefined
  /** The node's addresses. */
  addresses: InterfaceAddress[]
}

/**
 * Reads a node.
 *
 * @throws TaskError if Corosync does not run, or only the cluster that Debian's package starts.
 */
export async function readNode(
  host: string,
  user: string | undefined,
  read: <T>(fact: Fact<T>) => Promise<T>,
): Promise<NodeReading> {
  const [running, votes, state, cib, conf, addresses] = await Promise.all([
    read(runningCmap),
    read(quorum),
    read(clusterState),
    read(cibText),
    read(fileText(confPath)),
    read(interfaceAddresses),
  ])
  await learnSecretNames(cib, read)
  if (running === undefined) {
    throw new TaskError(`${host}: no cluster runs here: Corosync does not answer`, {
      hint: `start it there with \`systemctl start corosync pacemaker\`, or name another member of the cluster instead of ${host}`,
    })
  }
  if (runsDebianDefault(running)) {
    throw new TaskError(
      `${host}: no cluster runs here: this is the one-node cluster "debian" that Debian's package starts`,
      {
        hint: `there is nothing to import: copy ${examplePath()} to inventory/site.yml, and \`ha-run site\` builds a cluster`,
      },
    )
  }
  return { host, user, cmap: inForce(running, votes), quorum: votes, state, cib, conf, addresses }
}
