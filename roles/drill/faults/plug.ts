import { dropPacketsTo, needsNft, restorePackets } from './drop-packets.js'
import type { Fault } from './fault.js'
import { continueDaemons, stopDaemons } from './freeze.js'

/**
 * The first device of a node does not answer when it is needed: no node reaches it, and the node hangs. New TCP connections to it are
 * dropped and all that is not TCP, so that an admin who works from the same machine stays connected.
 */
export const plug: Fault = {
  describe: ({ device }) => `hangs, and ${device?.id ?? 'its device'} cannot be reached: no node's packets to it pass`,
  everywhere: {
    injectScript: ({ device }) =>
      dropPacketsTo(device?.address ?? '', ['tcp flags & (syn | ack) == syn', 'meta l4proto != tcp']),
    undoScript: () => restorePackets,
  },
  injectScript: () => stopDaemons,
  undoScript: () => continueDaemons,
  recovery: () => 'fenced-or-held',
  takesPart: () => false,
  prerequisite: needsNft,
}
