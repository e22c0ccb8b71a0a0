/** So many nodes have a colour of their own. Names distinguish all of them. */
const hues = 5

/**
 * The class of each node that served the page or has the floating IP: its colour in all pictures of the cluster.
 *
 * @param nodes - all nodes of the cluster, in the order of the inventory.
 */
export function nodeColours(nodes: readonly string[], serving: ReadonlySet<string>): Map<string, string> {
  const inOrder = [...nodes.filter(node => serving.has(node)), ...[...serving].filter(node => !nodes.includes(node))]
  return new Map(inOrder.map((node, index) => [node, `node${Math.min(index, hues)}`]))
}
