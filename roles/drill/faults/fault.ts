import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import type { Daemon } from '../settings.js'

/** The node that is to fail, and what else the faults need. */
export interface Target {
  cluster: Cluster
  /** The node's name. */
  node: string
  daemon: Daemon
  /** Who drills, since when. */
  run: string
  /** How the cluster fences; undefined if it does not. */
  fencing?: { action: 'reboot' | 'off' }
  /** The first device that fences the node. */
  device?: { id: string; address: string }
  /** Where the daemon of the quorum device listens. */
  arbiter?: { host: string; port: number }
}

/**
 * What ends the wait for the cluster's recovery:
 * - `elsewhere`: the service runs on another node;
 * - `anywhere`: the cluster has noticed the failure and the service runs, on whichever node;
 * - `unnoticed`: a fixed time has passed, where the cluster may notice nothing;
 * - `fenced`: a node has been fenced, and the service runs without it;
 * - `fenced-or-held`: the same, or fencing has failed and no other node takes over;
 * - `vote-lost`: the quorum device's vote is gone, and the service runs.
 */
export type Recovery = 'elsewhere' | 'anywhere' | 'unnoticed' | 'fenced' | 'fenced-or-held' | 'vote-lost'

/** POSIX sh that makes something fail, and that repairs it. The repair may run twice, and also if nothing was injected. */
export interface FaultScripts {
  injectScript(target: Target): string
  undoScript(target: Target): string
}

/** One kind of failure, as POSIX sh for the node. */
export interface Fault extends FaultScripts {
  /** The predicate of a sentence whose subject is the node: `is rebooted by systemctl`. */
  describe(target: Target): string
  recovery(target: Target): Recovery
  /** Whether the node itself takes part in the recovery, so that its own journal is read too. */
  takesPart(target: Target): boolean
  /** Both sides go on after the fault, so that either may fence the other. */
  isRace?: true
  /** The fault is injected on another node than the one that fails. */
  fromAnother?: true
  /** What happens on every node before the fault. */
  everywhere?: FaultScripts
  /** The fault reboots the node, which repairs it: no auto-recovery is armed. */
  reboots?: true
  /** A test, as POSIX sh, that the nodes concerned must pass before the fault, and what is missing if it fails. */
  prerequisite?: { test: string; missing: string }
}
