import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import type { Daemon } from '../settings.js'

/** The node that is to fail. */
export interface Target {
  cluster: Cluster
  /** The node's name. */
  node: string
  daemon: Daemon
}

/**
 * What ends the wait for the cluster's recovery: the service runs on another node; or the cluster has noticed the failure and
 * the service runs, on whichever node; or, where the cluster may notice nothing, a fixed time has passed.
 */
export type Recovery = 'elsewhere' | 'anywhere' | 'unnoticed'

/** One kind of failure, as POSIX sh for the node. */
export interface Fault {
  /** The predicate of a sentence whose subject is the node: `is rebooted by systemctl`. */
  describe(target: Target): string
  /** Makes the node fail. */
  injectScript(target: Target): string
  /** Repairs the node. It may run twice, and also if the fault was never injected. */
  undoScript(target: Target): string
  recovery(target: Target): Recovery
  /** Whether the node itself takes part in the recovery, so that its own journal is read too. */
  takesPart(target: Target): boolean
  /** The fault reboots the node, which repairs it: no auto-recovery is armed. */
  reboots?: true
  /** A test, as POSIX sh, that the node must pass before the fault, and what is missing if it fails. */
  prerequisite?: { test: string; missing: string }
}
