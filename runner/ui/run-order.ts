import { hostsOf } from '../engine/events.js'
import type { AnyEvent } from './visible.js'

/**
 * Sorts events so that two equal runs have the same order, whichever node was faster: by cluster and then by node, as in the inventory.
 * A task that runs once for a cluster comes after the events of its nodes before it.
 */
export class RunOrder<T> {
  readonly #eventOf: (item: T) => AnyEvent
  /** The items of each cluster that wait for their turn: those of each node, and those already in order. */
  readonly #clusters = new Map<string, { nodes: Map<string, T[]>; settled: T[] }>()

  constructor(eventOf: (item: T) => AnyEvent) {
    this.#eventOf = eventOf
  }

  /** Takes the next item. @returns the items whose turn has come. */
  take(item: T): T[] {
    const event = this.#eventOf(item)
    if (event.event === 'run') {
      for (const cluster of event.clusters) {
        this.#clusters.set(cluster.name, { nodes: new Map(hostsOf(cluster).map(host => [host, []])), settled: [] })
      }
    }
    // Progress, which waits for nothing.
    if (event.event === 'lock') return [item]
    if (event.event === 'summary') return [...this.#rest(), item]
    const cluster = 'cluster' in event ? this.#clusters.get(event.cluster ?? '') : undefined
    if (!cluster) return [item]
    const node = 'host' in event ? cluster.nodes.get(event.host ?? '') : undefined
    if (node) {
      node.push(item)
      return []
    }
    cluster.settled.push(...drained(cluster.nodes.values()), item)
    // The events of other clusters come after all events of the first one.
    return cluster === this.#clusters.values().next().value ? cluster.settled.splice(0) : []
  }

  #rest(): T[] {
    return [...this.#clusters.values()].flatMap(({ nodes, settled }) => [
      ...settled.splice(0),
      ...drained(nodes.values()),
    ])
  }
}

function drained<T>(lists: Iterable<T[]>): T[] {
  return [...lists].flatMap(list => list.splice(0))
}

/** The events of a finished run in that order. */
export function inRunOrder(events: AnyEvent[]): AnyEvent[] {
  const order = new RunOrder<AnyEvent>(event => event)
  return events.flatMap(event => order.take(event))
}
