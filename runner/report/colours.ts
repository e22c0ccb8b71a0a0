/** How many nodes have a colour of their own; what else tells nodes apart is their names. */
const hues = 5

/**
 * The class of each node that served or holds something, by which all pictures of a cluster colour it.
 *
 * @param nodes - all of them, in the order of the inventory.
 */
export function nodeColours(nodes: readonly string[], serving: ReadonlySet<string>): Map<string, string> {
  const inOrder = [...nodes.filter(node => serving.has(node)), ...[...serving].filter(node => !nodes.includes(node))]
  return new Map(inOrder.map((node, index) => [node, `node${Math.min(index, hues)}`]))
}
