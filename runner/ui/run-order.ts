import type { AnyEvent } from './visible.js'

/**
 * Puts events into the order that two equal runs share, however their nodes raced: the clusters in the order of the
 * inventory, and within one the nodes in theirs, up to each task that the cluster does once.
 */
export class RunOrder<T> {
  readonly #eventOf: (item: T) => AnyEvent
  /** What each cluster still holds back: of each node, and of the cluster, in order. */
  readonly #clusters = new Map<string, { nodes: Map<string, T[]>; settled: T[] }>()

  constructor(eventOf: (item: T) => AnyEvent) {
    this.#eventOf = eventOf
  }

  /** Takes the next item. @returns the items whose turn has come, this one or earlier ones among them. */
  take(item: T): T[] {
    const event = this.#eventOf(item)
    if (event.event === 'run') {
      for (const { name, nodes } of event.clusters) {
        this.#clusters.set(name, { nodes: new Map(nodes.map(node => [node, []])), settled: [] })
      }
    }
    if (event.event === 'summary') return [...this.#rest(), item]
    const cluster = 'cluster' in event ? this.#clusters.get(event.cluster ?? '') : undefined
    if (!cluster) return [item]
    const node = 'host' in event ? cluster.nodes.get(event.host ?? '') : undefined
    if (node) {
      node.push(item)
      return []
    }
    cluster.settled.push(...drained(cluster.nodes.values()), item)
    // Only the first cluster's events can be let go at once: the others' come after all of its.
    return cluster === this.#clusters.values().next().value ? cluster.settled.splice(0) : []
  }

  #rest(): T[] {
    return [...this.#clusters.values()].flatMap(({ nodes, settled }) => [...settled.splice(0), ...drained(nodes.values())])
  }
}

function drained<T>(lists: Iterable<T[]>): T[] {
  return [...lists].flatMap(list => list.splice(0))
}

/** A finished run's events in that order. */
export function inRunOrder(events: AnyEvent[]): AnyEvent[] {
  const order = new RunOrder<AnyEvent>(event => event)
  return events.flatMap(event => order.take(event))
}
