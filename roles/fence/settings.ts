/** What the command line sets for `ha-run fence`. */
export interface FenceSettings {
  /** The name of the node to fence. */
  node: string
  /** Switch it off and leave it off, whatever the cluster's own action is. */
  off?: boolean | undefined
  /** A human has switched the node off: this is confirmed to the cluster, and nothing is done to the node. */
  confirm?: boolean | undefined
}
