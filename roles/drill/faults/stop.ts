import { startDaemons } from './daemons.js'
import type { Fault } from './fault.js'

/** The tutorial's failover test. Pacemaker's unit requires Corosync's, so Pacemaker stops first and its resources move. */
export const stop: Fault = {
  describe: () => 'has its Corosync stopped by systemctl, and Pacemaker with it',
  injectScript: () => 'systemctl stop corosync.service',
  undoScript: () => startDaemons,
  recovery: () => 'elsewhere',
  takesPart: () => true,
}
