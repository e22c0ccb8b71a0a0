import { hostsOf } from '../engine/events.js'
import type { AnyEvent } from './visible.js'

/**
 * Sorts events so that two equal runs have the same order, whichever node was faster: by cluster and then by node, as in the inventory.
 * A task that runs once for a cluster comes after the events of its nodes before it. A cluster's turn comes when those before it have
 * ended; one that is postponed comes after the others.
 */
export class RunOrder<T> {
  readonly #eventOf: (item: T) => AnyEvent
  /** The clusters that have not ended, in the order of their turns. */
  readonly #clusters = new Map<string, WaitingItems<T>>()

  constructor(eventOf: (item: T) => AnyEvent) {
    this.#eventOf = eventOf
  }

  /** Takes the next item. @returns the items whose turn has come. */
  take(item: T): T[] {
    const event = this.#eventOf(item)
    if (event.event === 'run') {
      for (const cluster of event.clusters) {
        const nodes = new Map(hostsOf(cluster).map((host): [string, T[]] => [host, []]))
        this.#clusters.set(cluster.name, { nodes, settled: [], hasEnded: false })
      }
    }
    // Progress, which waits for nothing.
    if (event.event === 'lock') return [item]
    if (event.event === 'summary') return [...this.#rest(), item]
    const name = ('cluster' in event && event.cluster) || ''
    const cluster = this.#clusters.get(name)
    if (!cluster) return [item]
    if (event.event === 'cluster-postponed') {
      this.#clusters.delete(name)
      this.#clusters.set(name, cluster)
      return [...this.#due(), item]
    }
    const node = 'host' in event ? cluster.nodes.get(event.host ?? '') : undefined
    if (node) {
      node.push(item)
      return []
    }
    cluster.settled.push(...drained(cluster.nodes.values()), item)
    cluster.hasEnded ||= event.event === 'cluster-end'
    return this.#due()
  }

  /** The items of the first cluster that has not ended, and of those before it. */
  #due(): T[] {
    const due: T[] = []
    for (const [name, { settled, hasEnded }] of this.#clusters) {
      due.push(...settled.splice(0))
      if (!hasEnded) break
      this.#clusters.delete(name)
    }
    return due
  }

  #rest(): T[] {
    return [...this.#clusters.values()].flatMap(({ nodes, settled }) => [
      ...settled.splice(0),
      ...drained(nodes.values()),
    ])
  }
}

/** The items of a cluster that wait for their turn: those of each node, and those already in order. */
interface WaitingItems<T> {
  nodes: Map<string, T[]>
  settled: T[]
  hasEnded: boolean
}

function drained<T>(lists: Iterable<T[]>): T[] {
  return [...lists].flatMap(list => list.splice(0))
}

/** The events of a finished run in that order. */
export function inRunOrder(events: AnyEvent[]): AnyEvent[] {
  const order = new RunOrder<AnyEvent>(event => event)
  return events.flatMap(event => order.take(event))
}
