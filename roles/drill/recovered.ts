import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import type { Quorum } from '../../runner/cluster/corosync/quorumtool.js'
import { missing } from '../../runner/cluster/rollout/pacemaker-state.js'
import type { Recovery } from './faults/fault.js'

/** If a fault has had no effect by then, it will have none. */
const effectTimeoutMs = 8000

/** After its first failure, fencing is tried again at once: a takeover in spite of it would have happened by then. */
const heldTimeoutMs = 10_000

type Ring = Pick<Quorum, 'ringId' | 'nodes'>

/** What shows whether the cluster has recovered from a failure. */
export interface RecoveryView {
  /** According to the nodes that decide. */
  state: ClusterState | undefined
  before: ClusterState
  /** The ring before the fault and now, as one of these nodes sees it. */
  rings: [Ring | undefined, Ring | undefined]
  /** The node that has the floating IP. */
  floatingIpNode: string | undefined
  node: string
  elapsedMs: number
  /** A request has failed since the fault. */
  hasFailed: boolean
  /** The services that do not answer well now, as the subject of a sentence. */
  unwell: string | undefined
  /** The fencing since the fault. */
  fencing: FencingSeen
  /** Names of the nodes that still count the quorum device's vote, or have no quorum. */
  votesUnchanged: string[]
}

export interface FencingSeen {
  /** Nodes that have been fenced. */
  fenced: string[]
  /** A fencing is under way, or a node waits for one. */
  isPending: boolean
  /** How long ago a fencing first failed. */
  failedForMs: number | undefined
}

/** What the recovery still lacks; undefined once it is complete. */
export function pendingRecovery(recovery: Recovery, view: RecoveryView): string | undefined {
  const { state, before, rings, floatingIpNode: owner, node, elapsedMs, hasFailed, unwell, fencing } = view
  if (!state) return 'pacemaker does not answer'
  const drilled = state.nodes.find(({ name }) => name === node)
  // Corosync is the first to know that a node has left or joined.
  const isMember =
    drilled !== undefined &&
    drilled.online &&
    !drilled.standby &&
    !drilled.pending &&
    rings[0]?.nodes === rings[1]?.nodes
  const isNoticed = !isMember || rings[0]?.ringId !== rings[1]?.ringId || hasFailed
  const stopped = missing(state, before, true)
  const pending = stopped.length > 0 ? `${stopped.join(', ')} not started` : unwell && `${unwell} does not answer well`
  if (fencing.fenced.length > 0) return pending
  switch (recovery) {
    case 'fenced':
      return fencingPending(fencing, isNoticed)
    case 'fenced-or-held':
      if (fencing.failedForMs === undefined) return fencingPending(fencing, isNoticed)
      return fencing.failedForMs < heldTimeoutMs ? 'whether another node takes over although fencing failed' : undefined
    case 'vote-lost':
      return view.votesUnchanged.length > 0
        ? `the vote of the quorum device still counts on ${view.votesUnchanged.join(', ')}`
        : pending
    default:
  }
  if (fencing.isPending) return 'a node is to be fenced'
  if (owner !== node && isNoticed && recovery === 'elsewhere') return pending
  if (owner !== undefined && owner !== node && !isMember) return pending
  switch (recovery) {
    case 'elsewhere':
      return isNoticed ? `the floating IP is still on ${node}` : 'not noticed yet'
    // After a daemon has come back at once, Pacemaker reconsiders everything, which takes a moment.
    case 'anywhere':
      return isMember && isNoticed && elapsedMs > effectTimeoutMs ? pending : 'not noticed yet'
    default:
      return elapsedMs > effectTimeoutMs ? pending : 'not noticed yet'
  }
}

function fencingPending({ isPending }: FencingSeen, isNoticed: boolean): string {
  if (isPending) return 'a node is to be fenced'
  return isNoticed ? 'no node has been fenced' : 'not noticed yet'
}
