import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import type { Daemon } from '../../../runner/cluster/drill.js'

/** Whom a failure is made for. */
export interface Target {
  cluster: Cluster
  /** The node's name. */
  node: string
  daemon: Daemon
}

/**
 * When it is over: once the service runs elsewhere; once the cluster has noticed it and the service runs, wherever that is; or,
 * where nothing need come of it, after a while.
 */
export type End = 'elsewhere' | 'anywhere' | 'unnoticed'

/** One way for a node to fail, as shell text for that node. */
export interface Fault {
  /** What is done, as the rest of a sentence that begins with the node. */
  words(target: Target): string
  /** Makes it fail. */
  fault(target: Target): string
  /** Puts it right again; may come twice, and where the fault never came. */
  undo(target: Target): string
  end(target: Target): End
  /** Whether the node itself has a part in the recovery, so that its own journal counts too. */
  takesPart(target: Target): boolean
  /** A boot undoes it, so that nothing is armed. */
  boots?: true
  /** What the node must have for it, as a test in shell text with what is missing where it fails. */
  needs?: { test: string; missing: string }
}
