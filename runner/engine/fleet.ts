import { systemClock, type Clock } from '../clock.js'
import type { NodeLike } from '../tasks/member.js'
import type { Connections } from './connections.js'
import { HostPlaces } from './host-places.js'

/** How long a cluster waits at least for its other hosts once one is connected, if other clusters wait for a place. */
export const lateMs = 2000

/** A host is late only if it takes this many times as long as the first one of its cluster: a busy machine makes all of them slow. */
const lateFactor = 3

export interface FleetObserver {
  /** There are places for the cluster: its hosts are connected to. Called again after it was postponed. */
  started: () => void
  /** Other clusters are worked on before it. */
  postponed: (late: NodeLike[]) => void
}

/**
 * Works on clusters, and has never more hosts connected or being connected than `--forks`.
 *
 * A host that does not answer keeps nobody waiting: its cluster gives all its places up and is postponed behind the clusters that have not
 * begun. Then first its late hosts alone are tried again, as many at the same time as there are places, so that the dead hosts of many
 * clusters cost one time-out together. A cluster with more hosts than places waits for all of them.
 */
export class Fleet {
  readonly #connections: Pick<Connections, 'to' | 'drop'>
  readonly #places: HostPlaces
  readonly #clock: Clock
  readonly #connecting = new Set<NodeLike>()

  /** @param forks - the most hosts at the same time. */
  constructor(connections: Pick<Connections, 'to' | 'drop'>, forks: number, clock: Clock = systemClock) {
    this.#connections = connections
    this.#places = new HostPlaces(forks)
    this.#clock = clock
  }

  /** The hosts that are being connected to. */
  get connecting(): NodeLike[] {
    return [...this.#connecting]
  }

  /**
   * Waits for places, connects the hosts of a cluster, and works on it. `Connections.to` then returns at once, whether it could be
   * connected or not. The work has to close the connections.
   */
  async during<T>(hosts: NodeLike[], work: () => Promise<T>, observer: FleetObserver): Promise<T> {
    let late: NodeLike[] = []
    let result: { value: T } | undefined
    await this.#places.during(hosts.length, async () => {
      observer.started()
      late = await this.#lateHosts(hosts)
      if (late.length === 0) {
        result = { value: await work() }
        return
      }
      observer.postponed(late)
      await this.#connections.drop(hosts)
    })
    if (result) return result.value
    const dead = await this.#places.during(late.length, async () => this.#tryAgain(late))
    return this.#places.during(
      hosts.length - dead.length,
      async () => {
        observer.started()
        await Promise.all(this.#connect(hosts))
        return work()
      },
      true,
    )
  }

  /** Connects, and reports whether that succeeded. */
  #connect(hosts: NodeLike[]): Promise<boolean>[] {
    return hosts.map(async host => {
      this.#connecting.add(host)
      try {
        await this.#connections.to(host)
        return true
      } catch {
        // The work on the host meets the same error, and reports it.
        return false
      } finally {
        this.#connecting.delete(host)
      }
    })
  }

  /** Connects, until all have been connected or have failed, or others wait for places and some hosts are late. @returns these. */
  async #lateHosts(hosts: NodeLike[]): Promise<NodeLike[]> {
    const pending = new Set(hosts)
    const startedAt = this.#clock.now()
    return new Promise(resolve => {
      let cancel: (() => void) | undefined
      for (const [at, connecting] of this.#connect(hosts).entries()) {
        void connecting.then(isConnected => {
          pending.delete(hosts[at]!)
          if (pending.size === 0) {
            cancel?.()
            resolve([])
          } else if (isConnected && hosts.length <= this.#places.total) {
            const tookMs = this.#clock.now() - startedAt
            cancel ??= this.#clock.after(Math.max(lateMs, (lateFactor - 1) * tookMs), () => {
              if (this.#places.isAwaited) resolve([...pending])
            })
          }
        })
      }
    })
  }

  /** Tries the late hosts again, for as long as it takes. @returns those that cannot be connected; the others are not connected now. */
  async #tryAgain(late: NodeLike[]): Promise<NodeLike[]> {
    const connected = await Promise.all(this.#connect(late))
    await this.#connections.drop(late.filter((_, at) => connected[at]))
    return late.filter((_, at) => !connected[at])
  }
}
