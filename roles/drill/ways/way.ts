import type { Cluster } from '../../../runner/cluster/declaration.js'
import type { Daemon } from '../../../runner/cluster/drill.js'

/** Whom a failure is made for. */
export interface Target {
  cluster: Cluster
  /** The node's name. */
  node: string
  daemon: Daemon
}

/** One way for a node to fail, as shell text for that node. */
export interface Way {
  /** What is done, as the rest of a sentence that begins with the node. */
  words(target: Target): string
  /** Makes it fail. */
  fault(target: Target): string
  /** Puts it right again; may come twice, and where the fault never came. */
  undo(target: Target): string
  /** Whether the node is out of the ring or must run nothing, so that what it ran has to start elsewhere. */
  moves(target: Target): boolean
  /** Whether the node takes part in what happens, so that its own journal counts too. */
  planned(target: Target): boolean
  /** What the node must have for it, as a test in shell text with what is missing where it fails. */
  needs?: { test: string; missing: string }
}
