import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { $, type ProcessPromise } from 'zx/core'
import { ConnectError } from '../errors.js'
import type { Secret } from '../secret.js'
import { diagnose, isThrottled } from './diagnose.js'
import { loginCommand, passwordWanted, shellReady } from './login.js'
import { forwardWords, hostKeyWords, listenWords, masterArgs, channelArgs, type Destination, type SshSettings } from './openssh.js'
import { quote } from './quote.js'
import { Session, type Channel } from './session.js'

export interface ConnectOptions extends SshSettings {
  becomePassword?: Secret | undefined
  /** Aborted when nobody wants the connection any more. */
  abandon?: AbortSignal | undefined
}

/** Seconds from the start of ssh to a shell that is ours: the connection, a slow sudo, a slow login shell. */
const shellTime = 30

/** A store that keeps nothing: a session's output is read as it comes, and may go on for an hour. */
const keepNothing = { stdout: [], stderr: [], stdall: [] }
for (const chunks of Object.values(keepNothing)) Object.assign(chunks, { push: () => 0 })

/**
 * Starts a local process whose pipes we hold. It is detached, so that a Ctrl-C on the terminal reaches ha-run alone
 * and a running step can be finished. Debian's sh starts in about half of bash's time (1.3 ms to 2.3 ms).
 */
function spawn(words: string[]): ProcessPromise {
  return $({
    quiet: true, nothrow: true, detached: true, shell: '/bin/sh', quote, prefix: 'exec ', postfix: '', store: keepNothing,
    stdio: ['pipe', 'pipe', 'pipe'],
  })`${words}`
}

class SshChannel implements Channel {
  readonly closed: Promise<ConnectError>
  readonly #process: ProcessPromise
  #stderr = ''
  #isReady = false
  #ending = 'the connection was lost'

  constructor(process: ProcessPromise, name: string) {
    this.#process = process
    // Writing to an ssh that has just gone is no news: `closed` tells.
    process.stdin.on('error', () => {})
    process.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-8192)
    })
    this.closed = process.then(() => diagnose(name, this.#isReady ? ownWords(this.#stderr) : this.#stderr, this.#ending))
  }

  get stderr(): string {
    return this.#stderr
  }

  /** From now on stderr is mostly that of the scripts, which says nothing about the connection. */
  ready(): void {
    this.#isReady = true
    this.#stderr = ''
  }

  /**
   * What is written in one turn of the event loop goes in one piece. In two, the second would wait until the node has
   * acknowledged the first (Nagle's algorithm, which ssh leaves on where there is no terminal), and that takes it 40 ms.
   */
  write(text: string): void {
    const { stdin } = this.#process
    if (stdin.writableCorked === 0) {
      stdin.cork()
      setImmediate(() => stdin.uncork())
    }
    stdin.write(text)
  }

  onOutput(stream: 'stdout' | 'stderr', take: (chunk: Buffer) => void): void {
    this.#process[stream].on('data', take)
  }

  end(): void {
    this.#process.stdin.end()
  }

  /** @param why - what to say of it where ssh itself says nothing. */
  kill(why?: string): void {
    this.#ending = why ?? this.#ending
    const { pid } = this.#process
    if (pid === undefined || this.#process.child?.exitCode !== null) return
    try {
      process.kill(pid, 'SIGTERM')
    } catch {
      // It ended by itself in between.
    }
  }
}

/** The lines that ssh itself writes about a connection that has ended. */
function ownWords(stderr: string): string {
  return stderr.split('\n').filter(line => /^(Timeout, server|Connection (to|closed|reset)|client_loop:|packet_write_|ssh_dispatch)/.test(line)).join('\n')
}

/** Waits until the shell on the node is ours, giving sudo its password when it asks. */
async function becomeReady(channel: SshChannel, name: string, { becomePassword: password, abandon }: ConnectOptions): Promise<void> {
  let seen = ''
  const ready = new Promise<void>((resolve, reject) => {
    channel.onOutput('stdout', chunk => {
      if (seen.includes(shellReady)) return
      const asked = seen.includes(passwordWanted)
      seen += chunk.toString()
      if (!asked && seen.includes(passwordWanted) && password) channel.write(`${password.reveal().toString()}\n`)
      if (seen.includes(shellReady)) resolve()
    })
    // Without more input sudo gives up after the first wrong password.
    channel.onOutput('stderr', chunk => {
      if (chunk.toString().includes('Sorry, try again')) channel.end()
    })
    void channel.closed.then(reason => {
      reject(seen.includes(passwordWanted) && !password
        ? new ConnectError(`${name}: sudo wants a password`, { hint: 'run again with --ask-become-pass' })
        : reason)
    })
  })
  const giveUp = setTimeout(() => channel.kill(`no shell within ${shellTime} s`), 1000 * shellTime)
  const abandoned = () => channel.kill('interrupted while it was connected to')
  abandon?.addEventListener('abort', abandoned)
  try {
    await ready
    channel.ready()
  } finally {
    clearTimeout(giveUp)
    abandon?.removeEventListener('abort', abandoned)
  }
}

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

  /** A second session, for long work beside that of the first; opened when it is first wanted. @throws ConnectError */
  async openSecondSession(): Promise<Session> {
    this.#second ??= this.#sibling(this.settings.abandon).then(channel => {
      const session = new Session(channel, this.name)
      this.#sessions.push(session)
      return session
    })
    return this.#second
  }

  /** Closes the second session, where there is one: sshd may allow no third. */
  async closeSecondSession(): Promise<void> {
    const opened = this.#second
    this.#second = undefined
    const session = await opened?.catch(() => undefined)
    if (!session) return
    await session.close()
    this.#sessions = this.#sessions.filter(one => one !== session)
  }

  /** Ends what runs on the node, over one more channel: the sessions' own shells are busy. */
  async endRunningGroups(): Promise<void> {
    const groups = this.#sessions.flatMap(({ runningGroups }) => runningGroups)
    if (groups.length === 0) return
    const channel = await this.#sibling(undefined)
    channel.write(`kill -TERM ${groups.map(group => `-${group}`).join(' ')}\n`)
    channel.end()
    await channel.closed
  }

  /** Lets the shells finish what they were told, then closes; at the latest after 5 s. */
  async close(): Promise<void> {
    // The first is the master, which takes the others with it.
    for (const session of this.#sessions.toReversed()) await session.close()
  }

  /** A shell of ours in one more channel of the master. */
  async #sibling(abandon: AbortSignal | undefined): Promise<SshChannel> {
    const login = loginCommand(this.destination.become, this.settings.becomePassword !== undefined)
    const channel = new SshChannel(spawn(channelArgs(this.name, this.destination, this.settings, login)), this.name)
    await becomeReady(channel, this.name, { ...this.settings, abandon })
    return channel
  }

  /** A TCP connection from the node to `address:port`; its pipes are the connection's two ends. */
  forward(to: string): ProcessPromise {
    return spawn(forwardWords(this.name, this.destination, this.settings, to))
  }

  /**
   * A socket file each of whose connections goes on from the node to `address:port`, for as long as this connection lasts:
   * for many connections, of which none costs a process.
   *
   * @returns the file's path.
   * @throws ConnectError where ssh refuses.
   */
  async listen(to: string): Promise<string> {
    const socket = join(this.settings.controlDirectory, `to-${randomBytes(4).toString('hex')}`)
    const quiet = $({ quiet: true, nothrow: true, timeout: '10s', stdio: ['ignore', 'pipe', 'pipe'] })
    const { exitCode, stderr } = await quiet`${listenWords(this.name, this.destination, this.settings, socket, to)}`
    if (exitCode !== 0) throw new ConnectError(`${this.name}: ssh does not forward connections to ${to}`, { output: stderr })
    return socket
  }
}

/**
 * Opens the one connection to a node and the shell on it.
 *
 * @throws ConnectError with what ssh or sudo said, and the remedy.
 */
export async function connect(name: string, connection: Destination, options: ConnectOptions): Promise<NodeConnection> {
  for (let attempt = 1; ; attempt += 1) {
    const command = loginCommand(connection.become, options.becomePassword !== undefined)
    const channel = new SshChannel(spawn(masterArgs(name, connection, options, command)), name)
    try {
      await becomeReady(channel, name, options)
      return new NodeConnection(name, new Session(channel, name), connection, options)
    } catch (error) {
      if (attempt < 3 && isThrottled(channel.stderr)) {
        await sleep(200 * attempt + Math.random() * 300)
        continue
      }
      throw isUnknownHostKey(channel.stderr) ? await withFingerprint(error, connection, options) : error
    }
  }
}

function isUnknownHostKey(stderr: string): boolean {
  return stderr.includes('Host key verification failed') && !stderr.includes('IDENTIFICATION HAS CHANGED')
}

/** Adds the fingerprint that the node shows to the error, so that it can be compared there. */
async function withFingerprint(error: unknown, connection: Destination, options: ConnectOptions): Promise<unknown> {
  if (!(error instanceof ConnectError)) return error
  const directory = await mkdtemp(join(options.controlDirectory, 'key-'))
  try {
    const file = join(directory, 'known_hosts')
    const quiet = $({ quiet: true, nothrow: true, timeout: '20s', stdio: ['ignore', 'pipe', 'pipe'] })
    await quiet`${hostKeyWords(connection, options, file)}`
    if ((await readFile(file, 'utf8').catch(() => '')) === '') return error
    const { stdout } = await quiet`ssh-keygen -l -f ${file}`
    const fingerprints = stdout.trim().split('\n').map(line => line.split(' ').slice(1, 2).concat(line.split(' ').at(-1) ?? '').join(' '))
    return new ConnectError(`${error.message}: it is ${fingerprints.join(', ')}`, error)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
