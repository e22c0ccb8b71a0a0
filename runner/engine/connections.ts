import PQueue from 'p-queue'
import { ConnectError, HaRunError } from '../errors.js'
import { connect, type ConnectOptions, type NodeConnection } from '../transport/connect.js'
import { elsewhere } from '../transport/reconnect.js'
import type { NodeLike } from './member.js'

export interface ConnectionsOptions {
  ssh: ConnectOptions
  /** How many nodes are connected to at the same time. */
  forks: number
  /** Aborted by the first Ctrl-C: no connection is begun. */
  stop: AbortSignal
}

export interface Reached {
  connection: NodeConnection
  /** What people should know of how it was reached. */
  notice?: string
}

/**
 * The connections of a run. They are begun at once, so that the nodes' part of it (the key exchange, a login) goes on
 * while ours has other things to do.
 */
export class Connections {
  readonly #reached: Map<NodeLike, Promise<Reached>>
  #closed = false

  constructor(nodes: NodeLike[], { ssh, forks, stop }: ConnectionsOptions) {
    const starts = new PQueue({ concurrency: forks })
    this.#reached = new Map(nodes.map(node => {
      const reached = starts.add(async () => {
        if (stop.aborted || this.#closed) throw new ConnectError(`${node.name}: interrupted before it was connected to`)
        return reach(node, ssh)
      })
      // A failure is met by whoever asks for the node.
      reached.catch(() => {})
      return [node, reached]
    }))
  }

  /** @throws HaRunError where the node cannot be reached. */
  async to(node: NodeLike): Promise<Reached> {
    return this.#reached.get(node)!
  }

  /** Closes what there is; a connection may be closed already. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#reached.values()].map(async reached => reached.then(async ({ connection }) => connection.close(), () => {})))
  }
}

/**
 * Connects where ssh finds the node; or else at its declared address, where an earlier run may have moved it: people
 * type the same command with the same inventory again.
 */
async function reach({ name, connection }: NodeLike, ssh: ConnectOptions): Promise<Reached> {
  const { host, address } = connection
  try {
    return { connection: await connect(name, connection, ssh) }
  } catch (error) {
    if (address === undefined || !(error instanceof ConnectError) || ssh.abandon?.aborted) throw error
    try {
      const moved = await connect(name, await elsewhere(connection, address, ssh), ssh)
      return { connection: moved, notice: `${name} answers at ${address}, its declared address, and not at ${host}: correct ansible_host in the inventory` }
    } catch (reason) {
      if (!(reason instanceof HaRunError)) throw reason
      const also = `${address}, its declared address, was tried too: ${reason.message}`
      throw new ConnectError(error.message, {
        hint: error.hint === undefined ? also : `${error.hint}\n${also}`, ...(error.output !== undefined && { output: error.output }), cause: error,
      })
    }
  }
}
