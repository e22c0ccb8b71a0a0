import { drainScript, readmitScript } from '../../../runner/cluster/pacemaker/drain.js'
import type { Fault } from './fault.js'

/** A planned move: the node gives up its resources and stays in the ring. A mark in the CIB shows later runs who set the standby. */
export const standby: Fault = {
  describe: () => 'is put in standby, a planned move',
  injectScript: ({ node }) => drainScript(node),
  // Without `set -e`: if the first attribute is already gone, the second is removed all the same.
  undoScript: ({ node }) => readmitScript(node).replace(/^set -e\n/, ''),
  recovery: () => 'elsewhere',
  takesPart: () => true,
}
