import { sh } from '../../../runner/ssh/quote.js'
import { startDaemons } from './daemons.js'
import type { Fault } from './fault.js'

/** A human fences the node from another one. Pacemaker's own timeout for devices applies. */
export const fence: Fault = {
  describe: () => 'is fenced from another node: its device reboots it',
  injectScript: ({ node }) => sh`stonith_admin --reboot ${node}`,
  undoScript: () => startDaemons,
  recovery: () => 'fenced',
  takesPart: () => false,
  fromAnother: true,
}
