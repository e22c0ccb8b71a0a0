import { drainScript, readmitScript } from '../../../runner/cluster/pacemaker/drain.js'
import type { Fault } from './fault.js'

/** A planned move: the node gives up its resources and stays in the ring. A mark in the CIB shows later runs who set the standby. */
export const standby: Fault = {
  describe: () => 'is put in standby, a planned move',
  injectScript: ({ node, run }) => drainScript(node, run),
  undoScript: ({ node }) => readmitScript(node),
  recovery: () => 'elsewhere',
  takesPart: () => true,
}
