import { startDaemons } from './daemons.js'
import type { Fault } from './way.js'

/** The tutorial's: Pacemaker's unit requires Corosync's, so that it stops first and its resources move. */
export const stop: Fault = {
  words: () => 'has its Corosync stopped by systemctl, and Pacemaker with it',
  fault: () => 'systemctl stop corosync.service',
  undo: () => startDaemons,
  end: () => 'elsewhere',
  takesPart: () => true,
}
