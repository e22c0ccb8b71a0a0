import { ConnectError } from '../errors.js'
import type { Fact } from '../facts/fact.js'
import { FactReader } from '../facts/reader.js'
import type { Connection } from '../inventory/site.js'
import type { NodeConnection } from '../ssh/node-connection.js'
import { remote, type Remote } from '../ssh/remote.js'
import type PQueue from 'p-queue'

export interface NodeLike {
  name: string
  connection: Connection
}

export interface ClusterLike<N extends NodeLike = NodeLike> {
  name: string
  nodes: N[]
}

/** A node in a run: its connection, what is known of it, and whether it can still be worked on. */
export class Member<N extends NodeLike = NodeLike> {
  readonly node: N
  #connection: NodeConnection | undefined
  #reader: FactReader | undefined
  #remote: Remote | undefined
  readonly #absence: ConnectError | undefined
  readonly #renewals: (() => Promise<void>)[] = []
  #isMoving = false
  #queue: Pick<PQueue, 'add'> | undefined
  #occupants = 0
  /** The task at which it failed in this run. */
  failedAt: string | undefined
  /** Counts what this run changed there: what was read before a change is no longer believed. */
  generation = 0

  /** @param connection - or the reason why there is none. */
  constructor(node: N, connection: NodeConnection | ConnectError) {
    this.node = node
    if (connection instanceof ConnectError) {
      this.#absence = connection
      return
    }
    this.#use(connection)
  }

  #use(connection: NodeConnection): void {
    this.#connection = connection
    this.#reader = new FactReader(connection, async ask => this.#occupants > 0 || !this.#queue ? ask() : this.#queue.add(ask))
    this.#remote = remote(connection)
  }

  get name(): string {
    return this.node.name
  }

  /** Why the node cannot be worked on; undefined while it can. */
  get trouble(): string | undefined {
    if (this.unreachable) return `${this.name} is unreachable`
    return this.failedAt === undefined ? undefined : `${this.name} failed at "${this.failedAt}"`
  }

  get unreachable(): boolean {
    return this.#connection === undefined || this.lost !== undefined
  }

  /** Why the connection that there was is no more. */
  get lost(): Error | undefined {
    return this.#isMoving ? undefined : this.#connection?.session.lost
  }

  /** The connection, for what needs more than commands. @throws ConnectError without one. */
  get connection(): NodeConnection {
    if (!this.#connection) throw this.#absence!
    return this.#connection
  }

  /** zx's `$` on this node. @throws ConnectError without a connection. */
  get $(): Remote {
    if (!this.#remote) throw this.#absence!
    return this.#remote
  }

  /** Reads a fact, together with all that is read in the same turn. Rejects with ConnectError without a connection. */
  readonly read = async <T>(fact: Fact<T>): Promise<T> => {
    if (!this.#reader) throw this.#absence!
    return this.#reader.read(fact)
  }

  /** From now on each read of facts takes a place in this queue, except by work that has a place already (`occupy`). */
  boundReads(queue: Pick<PQueue, 'add'>): void {
    this.#queue = queue
  }

  /** Does work on this node that has a place in the queue. */
  async occupy<T>(work: () => Promise<T>): Promise<T> {
    this.#occupants += 1
    try {
      return await work()
    } finally {
      this.#occupants -= 1
    }
  }

  /** Looks again where a fact may have changed by itself, without this run's doing. */
  async readAgain<T>(fact: Fact<T>): Promise<T> {
    this.#reader?.forget()
    return this.read(fact)
  }

  /** Does what takes the present connection down with it: while it lasts, that does not count as a lost node. */
  async expectDisconnect<T>(work: () => Promise<T>): Promise<T> {
    this.#isMoving = true
    try {
      return await work()
    } finally {
      this.#isMoving = false
    }
  }

  /** The rest of the run works over this connection, and what lives as long as a session does is set up again. */
  async replaceConnection(connection: NodeConnection): Promise<void> {
    this.#connection?.session.abandon()
    this.#use(connection)
    this.changed()
    for (const renew of this.#renewals) await renew()
  }

  /** @param renew - sets something up that lives as long as a session does, whenever another connection is adopted. */
  onReplaced(renew: () => Promise<void>): void {
    this.#renewals.push(renew)
  }

  /** This run has changed something there. */
  changed(): void {
    this.generation += 1
    this.#reader?.forget()
  }
}
