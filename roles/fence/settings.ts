/** What the command line sets for `ha-run fence`. */
export interface FenceSettings {
  /** The name of the node to fence. */
  node: string
  /** Switch it off and leave it off, whatever the cluster's own action is. */
  off?: boolean | undefined
  /** The node has been switched off by a human: the cluster is told so, and nothing is done to the node. */
  confirm?: boolean | undefined
}
