import { dropPacketsTo, needsNft, restorePackets } from './drop-packets.js'
import type { Fault } from './fault.js'

/** The arbiter fails: no node reaches the daemon of the quorum device. */
export const arbiter: Fault = {
  describe: target => {
    const { host, port } = target.arbiter!
    return `cannot be reached: no node's packets to port ${port} of ${host} pass`
  },
  everywhere: {
    injectScript: target => dropPacketsTo(target.arbiter!.host, [`tcp dport ${target.arbiter!.port}`]),
    undoScript: () => restorePackets,
  },
  injectScript: () => ':',
  undoScript: () => ':',
  recovery: () => 'vote-lost',
  takesPart: () => true,
  prerequisite: needsNft,
}
