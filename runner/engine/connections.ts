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
  /** Opens one connection; by default with ssh. */
  connect?: typeof connect
}

export interface Reached {
  connection: NodeConnection
  /** What people should know about how it was reached. */
  notice?: string
}

interface Attempt {
  reached: Promise<Reached>
  /** Ends it while it lasts. */
  end: AbortController
}

/**
 * The connections of a run. They are started at once: nodes exchange keys and log in while this process loads modules and
 * plans.
 */
export class Connections {
  readonly #attempts = new Map<NodeLike, Attempt>()
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
    return this.#begin(node, async ssh => (isNamesake ? this.#reachApart(node, ssh) : this.#reach(node, ssh)))
  }

  /** `close` waits for the attempt, with all that it removes when it fails. */
  #begin(node: NodeLike, connecting: (ssh: ConnectOptions) => Promise<Reached>): Promise<Reached> {
    const end = new AbortController()
    const { ssh, stop } = this.#options
    const abandon = ssh.abandon ? AbortSignal.any([ssh.abandon, end.signal]) : end.signal
    const reached = this.queue.add(async () => {
      if (stop.aborted || end.signal.aborted || this.#closed)
        throw new ConnectError(`${node.name}: interrupted before it was connected`)
      return connecting({ ...ssh, abandon })
    })
    // An error is reported to whoever asks for the node.
    reached.catch(() => {})
    this.#attempts.set(node, { reached, end })
    return reached
  }

  /** @throws HaRunError if the node cannot be reached. */
  async to(node: NodeLike): Promise<Reached> {
    return this.#attempts.get(node)?.reached ?? this.#connect(node)
  }

  /** Connects again to a node that was lost or could not be reached. @throws HaRunError if the node cannot be reached. */
  async reconnect(node: NodeLike): Promise<Reached> {
    return this.#begin(node, async ssh => this.#reachApart(node, ssh))
  }

  /** Ends attempts, closes connections, and forgets what was read over them: the next `to` connects again. */
  async drop(nodes: NodeLike[]): Promise<void> {
    await Promise.all(
      nodes.map(async node => {
        const attempt = this.#attempts.get(node)
        if (!attempt) return
        attempt.end.abort()
        await closed(attempt)
        if (this.#attempts.get(node) === attempt) this.#attempts.delete(node)
      }),
    )
  }

  /**
   * Connects to the node's ansible_host, or else to its declared address: an earlier run may have moved it there, and people run
   * the same command with the same inventory again.
   */
  async #reach({ name, connection }: NodeLike, ssh: ConnectOptions): Promise<Reached> {
    const { host, address } = connection
    const open = this.#options.connect ?? connect
    try {
      return { connection: await open(name, connection, ssh) }
    } catch (error) {
      if (address === undefined || !(error instanceof ConnectError) || ssh.abandon?.aborted) throw error
      try {
        const moved = await open(name, await withAddress(connection, address, ssh), ssh)
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

  /** The connection shares no ssh master with an earlier one, which may be dead without any sign of it. */
  async #reachApart(node: NodeLike, ssh: ConnectOptions): Promise<Reached> {
    const controlDirectory = await mkdtemp(join(ssh.controlDirectory, 'again-'))
    try {
      return await this.#reach(node, { ...ssh, controlDirectory })
    } catch (error) {
      await rm(controlDirectory, { recursive: true, force: true })
      throw error
    }
  }

  /** Closes all connections; one may be closed already. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#attempts.values()].map(closed))
  }
}

/** Waits for an attempt, and closes its connection, which may be closed already. */
async function closed({ reached }: Attempt): Promise<void> {
  await reached.then(
    async ({ connection }) => connection.close(),
    () => {},
  )
}
