import type { Topology } from '../cluster/status/events.js'
import { grouped } from '../ui/text.js'

/** What can be said of one link, from its pairs of nodes. */
export interface LinkState {
  number: number
  /** Nodes that reach nobody over it. */
  down: string[]
  /** Pairs that do not reach each other although both reach others. */
  broken: [string, string][]
  /** Whether any pair is connected. */
  alive: boolean
}

/** Each link's state: a node that lost all its peers is told as one, not as a broken pair with each of them. */
export function linkStates(links: Topology['links']): LinkState[] {
  return grouped(links, link => String(link.number)).map(pairs => {
    const nodes = [...new Set(pairs.flatMap(({ between }) => between))]
    const alive = pairs.some(({ connected }) => connected)
    const down = alive ? nodes.filter(node => pairs.every(({ between, connected }) => !connected || !between.includes(node))) : nodes
    const broken = pairs.filter(({ between, connected }) => !connected && !between.some(node => down.includes(node))).map(({ between }) => between)
    return { number: pairs[0]!.number, down, broken, alive }
  }).toSorted((one, other) => one.number - other.number)
}
