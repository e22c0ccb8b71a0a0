import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { ProcessPromise } from 'zx/core'
import { ConnectError } from '../errors.js'
import { runProcess, SshChannel, startProcess } from './channel.js'
import { type ConnectOptions, loginCommand, untilShellReady } from './login.js'
import { channelArgs, forwardArgs, listenArgs, type Destination } from './openssh.js'
import { Session } from './session.js'

/** A node's master connection with its session, and further channels over the same master. */
export class NodeConnection {
  readonly name: string
  readonly session: Session
  readonly settings: ConnectOptions
  readonly destination: Destination
  #second: Promise<Session> | undefined
  #sessions: Session[]

  constructor(name: string, session: Session, destination: Destination, options: ConnectOptions) {
    this.name = name
    this.session = session
    this.destination = destination
    this.settings = options
    this.#sessions = [session]
  }

  /** The second session, for long work beside the first one; opened at the first call. @throws ConnectError */
  async openSecondSession(): Promise<Session> {
    this.#second ??= this.#openChannel(this.settings.abandon).then(channel => {
      const session = new Session(channel, this.name)
      this.#sessions.push(session)
      return session
    })
    return this.#second
  }

  /** Closes the second session, if there is one: sshd may allow no third. */
  async closeSecondSession(): Promise<void> {
    const opened = this.#second
    this.#second = undefined
    const session = await opened?.catch(() => undefined)
    if (!session) return
    await session.close()
    this.#sessions = this.#sessions.filter(other => other !== session)
  }

  /** Terminates the running commands on the node, over one more channel: the sessions' own shells are busy. */
  async endRunningGroups(): Promise<void> {
    const groups = this.#sessions.flatMap(({ runningGroups }) => runningGroups)
    if (groups.length === 0) return
    const channel = await this.#openChannel(undefined)
    channel.write(`kill -TERM ${groups.map(group => `-${group}`).join(' ')}\n`)
    channel.end()
    await channel.closed
  }

  /** Lets the shells finish what was sent to them, then closes; after 5 s at the latest. */
  async close(): Promise<void> {
    // The first is the master: its end closes all others.
    for (const session of this.#sessions.toReversed()) await session.close()
  }

  /** Opens one more shell over the master. */
  async #openChannel(abandon: AbortSignal | undefined): Promise<SshChannel> {
    const login = loginCommand(this.destination.become, this.settings.becomePassword !== undefined)
    const channel = new SshChannel(
      startProcess(channelArgs(this.name, this.destination, this.settings, login)),
      this.name,
    )
    await untilShellReady(channel, this.name, { ...this.settings, abandon })
    return channel
  }

  /** A TCP connection from the node to `address:port`; its pipes are the connection's two ends. */
  forward(to: string): ProcessPromise {
    return startProcess(forwardArgs(this.name, this.destination, this.settings, to))
  }

  /** A command of the login's own shell on the node; its pipes are the command's. */
  exec(command: string): ProcessPromise {
    return startProcess(channelArgs(this.name, this.destination, this.settings, command))
  }

  /**
   * Makes a socket file each of whose connections goes on from the node to `address:port`, for as long as this connection
   * lasts: for many connections, without a process for each.
   *
   * @returns the file's path.
   * @throws ConnectError if ssh refuses.
   */
  async listen(to: string): Promise<string> {
    const socket = join(this.settings.controlDirectory, `to-${randomBytes(4).toString('hex')}`)
    const { exitCode, stderr } = await runProcess(listenArgs(this.name, this.destination, this.settings, socket, to))
    if (exitCode !== 0)
      throw new ConnectError(`${this.name}: ssh does not forward connections to ${to}`, { output: stderr })
    return socket
  }
}
