import type { Topology } from '../cluster/status/events.js'
import { grouped } from '../ui/text.js'

/** The state of a link, from the state of its pairs of nodes. */
export interface LinkState {
  number: number
  /** Nodes that reach no other node over the link. */
  down: string[]
  /** Pairs of nodes that do not reach each other, although both reach other nodes. */
  broken: [string, string][]
  /** Whether any pair is connected. */
  alive: boolean
}

/** The state of each link. A node that has lost all its peers is one node down, not a broken pair with each peer. */
export function linkStates(links: Topology['links']): LinkState[] {
  return grouped(links, link => String(link.number))
    .map(pairs => {
      const nodes = [...new Set(pairs.flatMap(({ between }) => between))]
      const alive = pairs.some(({ connected }) => connected)
      const down = alive
        ? nodes.filter(node => pairs.every(({ between, connected }) => !connected || !between.includes(node)))
        : nodes
      const broken = pairs
        .filter(({ between, connected }) => !connected && !between.some(node => down.includes(node)))
        .map(({ between }) => between)
      return { number: pairs[0]!.number, down, broken, alive }
    })
    .toSorted((one, other) => one.number - other.number)
}
