import { drainScript, readmitScript } from '../../../runner/cluster/pacemaker/drain.js'
import type { Fault } from './way.js'

/** A planned move: the node empties itself and stays in the ring. Its mark tells the next run whose standby it is. */
export const standby: Fault = {
  words: () => 'is put in standby, a planned move',
  fault: ({ node }) => drainScript(node),
  // Each half by itself: an attribute that has gone already must not keep the other.
  undo: ({ node }) => readmitScript(node).replace(/^set -e\n/, ''),
  end: () => 'elsewhere',
  takesPart: () => true,
}
