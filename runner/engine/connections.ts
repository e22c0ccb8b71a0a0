import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import PQueue from 'p-queue'
import { ConnectError, HaRunError } from '../errors.js'
import { connect } from '../ssh/connect.js'
import type { NodeConnection } from '../ssh/node-connection.js'
import type { ConnectOptions } from '../ssh/login.js'
import { withAddress } from '../ssh/reconnect.js'
import type { NodeLike } from '../tasks/member.js'

export interface ConnectionsOptions {
  ssh: ConnectOptions
  /** How many nodes are worked on at the same time, connecting included. */
  forks: number
  /** Aborted by the first Ctrl-C: no new connection is started. */
  stop: AbortSignal
}

export interface Reached {
  connection: NodeConnection
  /** What people should know about how it was reached. */
  notice?: string
}

/**
 * The connections of a run. They are started at once: nodes exchange keys and log in while this process loads modules and
 * plans.
 */
export class Connections {
  readonly #reached = new Map<NodeLike, Promise<Reached>>()
  readonly #names = new Set<string>()
  /** Bounds all work on nodes. */
  readonly queue: PQueue
  readonly #options: ConnectionsOptions
  #closed = false

  constructor(options: ConnectionsOptions) {
    this.queue = new PQueue({ concurrency: options.forks })
    this.#options = options
  }

  /** Starts to connect to the nodes, without waiting for them. */
  start(nodes: NodeLike[]): void {
    for (const node of nodes) void this.#connect(node)
  }

  /** One host may support several clusters of a run: each has a connection of its own. */
  #connect(node: NodeLike): Promise<Reached> {
    const isNamesake = this.#names.has(node.name)
    this.#names.add(node.name)
    return this.#begin(node, async () => (isNamesake ? this.#reachApart(node) : reach(node, this.#options.ssh)))
  }

  /** `close` waits for the attempt, with all that it removes when it fails. */
  #begin(node: NodeLike, attempt: () => Promise<Reached>): Promise<Reached> {
    const reached = this.queue.add(async () => {
      if (this.#options.stop.aborted || this.#closed)
        throw new ConnectError(`${node.name}: interrupted before it was connected`)
      return attempt()
    })
    // An error is reported to whoever asks for the node.
    reached.catch(() => {})
    this.#reached.set(node, reached)
    return reached
  }

  /** @throws HaRunError if the node cannot be reached. */
  async to(node: NodeLike): Promise<Reached> {
    return this.#reached.get(node) ?? this.#connect(node)
  }

  /** Connects again to a node that was lost or could not be reached. @throws HaRunError if the node cannot be reached. */
  async reconnect(node: NodeLike): Promise<Reached> {
    return this.#begin(node, async () => this.#reachApart(node))
  }

  /** The connection shares no ssh master with an earlier one, which may be dead without any sign of it. */
  async #reachApart(node: NodeLike): Promise<Reached> {
    const { ssh } = this.#options
    const controlDirectory = await mkdtemp(join(ssh.controlDirectory, 'again-'))
    try {
      return await reach(node, { ...ssh, controlDirectory })
    } catch (error) {
      await rm(controlDirectory, { recursive: true, force: true })
      throw error
    }
  }

  /** Drops connections that are closed, with all that was read over them. `close` still waits for an attempt. */
  forget(nodes: NodeLike[]): void {
    for (const node of nodes) {
      const drop = () => this.#reached.delete(node)
      this.#reached.get(node)?.then(drop, drop)
    }
  }

  /** Closes all connections; one may be closed already. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(
      [...this.#reached.values()].map(async reached =>
        reached.then(
          async ({ connection }) => connection.close(),
          () => {},
        ),
      ),
    )
  }
}

/**
 * Connects to the node's ansible_host, or else to its declared address: an earlier run may have moved it there, and people run
 * the same command with the same inventory again.
 */
async function reach({ name, connection }: NodeLike, ssh: ConnectOptions): Promise<Reached> {
  const { host, address } = connection
  try {
    return { connection: await connect(name, connection, ssh) }
  } catch (error) {
    if (address === undefined || !(error instanceof ConnectError) || ssh.abandon?.aborted) throw error
    try {
      const moved = await connect(name, await withAddress(connection, address, ssh), ssh)
      return {
        connection: moved,
        notice: `${name} answers at ${address}, its declared address, and not at ${host}: correct ansible_host in the inventory`,
      }
    } catch (reason) {
      if (!(reason instanceof HaRunError)) throw reason
      const also = `${address}, its declared address, was tried too: ${reason.message}`
      throw new ConnectError(error.message, {
        hint: error.hint === undefined ? also : `${error.hint}\n${also}`,
        ...(error.output !== undefined && { output: error.output }),
        cause: error,
      })
    }
  }
}
