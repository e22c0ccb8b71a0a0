import { fact, withDaemonTimeout, type Fact } from '../../facts/fact.js'
import { answer } from '../answer.js'
import { parseCfgtool, type Link } from './cfgtool.js'
import { parseCmap, type CmapValue } from './cmap.js'
import { parseQuorumtool, type Quorum } from './quorumtool.js'

/** What a node's own Corosync says. Each is undefined where it does not run or is not installed. */

/** Corosync's configuration as it runs, its run-time keys, and the notes of `corosync-notes.ts`. */
export const runningKeys: Fact<Map<string, CmapValue> | undefined> =
  fact('corosync-cmapctl', withDaemonTimeout('corosync-cmapctl'), answer(parseCmap))

export const linkStates: Fact<Link[] | undefined> =
  fact('corosync-cfgtool -s', withDaemonTimeout('corosync-cfgtool -s'), answer(parseCfgtool))

/** Exit code 2 says "not quorate", which is an answer; 3.0.1 says 1 when quorate (cluster-facts C6). */
export const quorum: Fact<Quorum | undefined> =
  fact('corosync-quorumtool -s', withDaemonTimeout('corosync-quorumtool -s'), answer(parseQuorumtool, text => text.includes('Quorate:')))
