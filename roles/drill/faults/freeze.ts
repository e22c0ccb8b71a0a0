import type { Fault } from './fault.js'

const sendSignal = (signal: string) => `systemctl kill -s ${signal} corosync.service pacemaker.service`

export const stopDaemons = sendSignal('STOP')
export const continueDaemons = sendSignal('CONT')

/** Simulates a node that hangs: Corosync, Pacemaker and what Pacemaker runs (such as Apache) stop; the kernel keeps its addresses. */
export const freeze: Fault = {
  describe: () => 'has Corosync, Pacemaker and all that they run frozen by SIGSTOP',
  injectScript: () => stopDaemons,
  undoScript: () => continueDaemons,
  recovery: ({ fencing }) => (fencing ? 'fenced' : 'elsewhere'),
  takesPart: () => false,
}
