import type { Fault } from './way.js'

const kill = (signal: string) => `systemctl kill -s ${signal} corosync.service pacemaker.service`

/** A node that hangs: Corosync, Pacemaker and what Pacemaker runs (Apache among it) stand still; its kernel goes on, and has its addresses. */
export const freeze: Fault = {
  words: () => 'has Corosync, Pacemaker and all that they run frozen by SIGSTOP',
  fault: () => kill('STOP'),
  undo: () => kill('CONT'),
  end: () => 'elsewhere',
  takesPart: () => false,
}
