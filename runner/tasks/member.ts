import { ConnectError } from '../errors.js'
import type { Fact } from '../facts/fact.js'
import { FactReader } from '../facts/reader.js'
import type { Connection } from '../inventory/site.js'
import type { NodeConnection } from '../ssh/node-connection.js'
import { remote, type Remote } from '../ssh/remote.js'

export interface NodeLike {
  name: string
  connection: Connection
}

/** Bounds how much work is done at the same time. */
export interface WorkQueue {
  add<T>(work: () => Promise<T>): Promise<T>
}

export interface ClusterLike<N extends NodeLike = NodeLike> {
  name: string
  nodes: N[]
  /** One host that belongs to no cluster: it is worked on like a cluster of its name. */
  outside?: true
}

/** A node in a run: its connection, the facts that were read from it, and whether tasks can run on it. */
export class Member<N extends NodeLike = NodeLike> {
  /** Replaced once if its declaration is completed by what the nodes report. */
  node: N
  /** The run does not need it: it is not reported if it is lost. */
  readonly mayBeAbsent: boolean
  #connection: NodeConnection | undefined
  #reader: FactReader | undefined
  #remote: Remote | undefined
  readonly #connectError: ConnectError | undefined
  readonly #renewals: (() => Promise<void>)[] = []
  #expectsDisconnect = false
  #queue: WorkQueue | undefined
  #occupants = 0
  /** The task that failed on it in this run. */
  failedAt: string | undefined
  /** Counts the changes of this run there: facts that were read before a change are outdated. */
  generation = 0

  /** @param connection - or the reason why there is none. */
  constructor(node: N, connection: NodeConnection | ConnectError, mayBeAbsent = false) {
    this.node = node
    this.mayBeAbsent = mayBeAbsent
    if (connection instanceof ConnectError) {
      this.#connectError = connection
      return
    }
    this.#use(connection)
  }

  #use(connection: NodeConnection): void {
    this.#connection = connection
    this.#reader = new FactReader(connection, async read =>
      this.#occupants > 0 || !this.#queue ? read() : this.#queue.add(read),
    )
    this.#remote = remote(connection)
  }

  get name(): string {
    return this.node.name
  }

  /** Why no task can run on it; undefined if one can. */
  get trouble(): string | undefined {
    if (this.unreachable) return `${this.name} is unreachable`
    return this.failedAt === undefined ? undefined : `${this.name} failed at "${this.failedAt}"`
  }

  get unreachable(): boolean {
    return this.#connection === undefined || this.lost !== undefined
  }

  /** Why the connection was lost. */
  get lost(): Error | undefined {
    return this.#expectsDisconnect ? undefined : this.#connection?.session.lost
  }

  get #noConnection(): ConnectError {
    return this.#connectError ?? new ConnectError(`${this.name} is not connected`)
  }

  /** The connection, for tasks that need more than commands. @throws ConnectError without one. */
  get connection(): NodeConnection {
    if (!this.#connection) throw this.#noConnection
    return this.#connection
  }

  /** zx's `$` on this node. @throws ConnectError without a connection. */
  get $(): Remote {
    if (!this.#remote) throw this.#noConnection
    return this.#remote
  }

  /** Reads a fact, together with all facts of the same turn of the event loop. Rejects with ConnectError without a connection. */
  readonly read = async <T>(fact: Fact<T>): Promise<T> => {
    if (!this.#reader) throw this.#noConnection
    return this.#reader.read(fact)
  }

  /** From now on each read of facts takes a place in this queue, except by work that has a place already (`occupy`). */
  boundReads(queue: WorkQueue): void {
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

  /** Reads a fact again that may have changed without a change by this run. */
  async readAgain<T>(fact: Fact<T>): Promise<T> {
    this.#reader?.forget()
    return this.read(fact)
  }

  /** Does work that ends the present connection: meanwhile a lost session does not count as a lost node. */
  async expectDisconnect<T>(work: () => Promise<T>): Promise<T> {
    this.#expectsDisconnect = true
    try {
      return await work()
    } finally {
      this.#expectsDisconnect = false
    }
  }

  /** The rest of the run uses this connection. What lasts only as long as a session, such as the lock, is set up again. */
  async replaceConnection(connection: NodeConnection): Promise<void> {
    this.#connection?.session.abandon()
    this.#use(connection)
    this.changed()
    for (const renew of this.#renewals) await renew()
  }

  /** @param renew - sets up again, after the connection was replaced, what lasts only as long as a session. */
  onReplaced(renew: () => Promise<void>): void {
    this.#renewals.push(renew)
  }

  /** To be called after a change of this run there. */
  changed(): void {
    this.generation += 1
    this.#reader?.forget()
  }
}
