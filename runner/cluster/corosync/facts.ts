import { serviceFact, type Fact } from '../../facts/fact.js'
import { parseOnSuccess } from '../parse-on-success.js'
import { parseCfgtool, type Link } from './cfgtool.js'
import { parseCmap, type Cmap } from './cmap.js'
import { parseQuorumtool, type Quorum } from './quorumtool.js'

/** What a node's own Corosync reports. Each fact is undefined if Corosync is not running or not installed. */

/** The cmap as Corosync reports it: after a reload it can show values that are not in force (`in-force.ts`). */
export const runningCmap: Fact<Cmap | undefined> = serviceFact(
  'corosync',
  'corosync-cmapctl',
  parseOnSuccess(parseCmap),
)

export const corosyncLinks: Fact<Link[] | undefined> = serviceFact(
  'corosync',
  'corosync-cfgtool -s',
  parseOnSuccess(parseCfgtool),
)

/** Exit code 2 means "not quorate" and comes with valid output; Corosync 3.0.1 exits with 1 when quorate. */
export const quorum: Fact<Quorum | undefined> = serviceFact(
  'corosync',
  'corosync-quorumtool -s',
  parseOnSuccess(parseQuorumtool, text => text.includes('Quorate:')),
)
