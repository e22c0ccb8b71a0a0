import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { ProcessPromise } from 'zx/core'
import { deadline, RouteError } from './probe-loop.js'
import { sh } from './quote.js'

/**
 * Connections and datagrams that a node opens by its bash, which every Debian has. `ssh -W` would not do: it knows no UDP, and does
 * not report whether the connection was established.
 */

/** Ends what is left of a request on the node. */
const requestTimeoutSeconds = 15

/** The first line of a script: it has been started. */
const ready = 'ready'

/** How long the start may take: a node that is busy needs seconds for a shell. */
const startTimeoutMs = 30_000

/** For each line it connects to the address, and answers with `ok` or the reason. */
export function tcpScript(host: string, port: number): string {
  const connect = 'exec 3<>"/dev/tcp/$0/$1"'
  const script = sh`export LC_ALL=C; echo ${ready}
while read -r number; do
  { reason=$(timeout ${requestTimeoutSeconds} bash -c ${connect} ${host} ${port} 2>&1) && reason=ok
    echo "$number \${reason%%$'\\n'*}"; } &
done`
  return sh`exec bash -c ${script}`
}

/**
 * Each line has a datagram as escapes of printf. It is sent to the address, and the first reply is the answer, in hexadecimal. dd keeps it
 * in one piece: printf alone would send two datagrams if there is a line end in it.
 */
export function udpScript(host: string, port: number): string {
  const script = sh`echo ${ready}
while read -r number bytes; do
  { reply=$({ exec 3<>${`/dev/udp/${host}/${port}`} && printf "$bytes" | dd bs=65536 iflag=fullblock status=none >&3 &&
      timeout ${requestTimeoutSeconds} dd bs=65536 count=1 status=none <&3 | od -An -v -tx1 | tr -d ' \\n'; } 2>/dev/null)
    echo "$number $reply"; } &
done`
  return sh`exec bash -c ${script}`
}

/**
 * A prober that is ready: the time that its start takes is not that of a request.
 *
 * @param process - of `tcpScript` or `udpScript`, on the node of that name.
 * @throws RouteError if the node does not start it.
 */
export async function startProber(process: ProcessPromise, name: string): Promise<NodeProber> {
  const prober = new NodeProber(process, name)
  const { signal, cancel } = deadline(startTimeoutMs)
  try {
    await prober.untilReady(signal)
    return prober
  } catch (error) {
    prober.close()
    throw error instanceof RouteError
      ? error
      : new RouteError(`${name} does not start a shell: ${(error as Error).message}`)
  } finally {
    cancel()
  }
}

/** A process on a node that answers requests, one a line; any number of them can be open. */
export class NodeProber {
  readonly #process: ProcessPromise
  readonly #waiting = new Map<string, { resolve: (answer: string) => void; reject: (error: Error) => void }>()
  #sent = 0
  #lost: RouteError | undefined

  /** @param name - of the node, for errors. */
  constructor(process: ProcessPromise, name: string) {
    this.#process = process
    process.stdin.on('error', () => {})
    let stderr = ''
    process.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-500)
    })
    createInterface({ input: process.stdout }).on('line', line => {
      const [number = '', ...answer] = line.split(' ')
      this.#waiting.get(number)?.resolve(answer.join(' '))
    })
    const end = () => {
      this.#lost = new RouteError([`${name} opens no connections`, stderr.trim()].filter(Boolean).join(': '))
      for (const { reject } of this.#waiting.values()) reject(this.#lost)
    }
    void process.then(end, end)
  }

  /** The way through the node is gone. */
  get lost(): RouteError | undefined {
    return this.#lost
  }

  /** Resolves once the script has started. @throws RouteError if the process has ended; the signal's reason. */
  async untilReady(signal: AbortSignal): Promise<void> {
    await this.#answerTo(ready, signal)
  }

  /** @throws RouteError if the process has ended; the signal's reason. */
  async ask(text: string, signal?: AbortSignal): Promise<string> {
    this.#sent += 1
    const number = String(this.#sent)
    const answer = this.#answerTo(number, signal)
    this.#process.stdin.write(`${number} ${text}\n`)
    return answer
  }

  async #answerTo(key: string, signal?: AbortSignal): Promise<string> {
    if (this.#lost) throw this.#lost
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(key, { resolve, reject })
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      })
    } finally {
      this.#waiting.delete(key)
    }
  }

  close(): void {
    this.#process.stdin.end()
    this.#process.child?.kill()
  }
}

/** @throws Error with the node's reason if the connection cannot be established; RouteError. */
export async function connectThrough(prober: NodeProber, signal: AbortSignal): Promise<void> {
  const answer = await prober.ask('', signal)
  if (answer === 'ok') return
  const [, reason] = /connect: (.*)/.exec(answer) ?? []
  throw new Error((reason ?? answer).toLowerCase() || 'no answer')
}

/** A UDP port of this machine whose datagrams the node passes on, and their replies. */
export async function relayDatagrams(prober: NodeProber): Promise<{ port: number; close: () => void }> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  socket.unref()
  let isClosed = false
  socket.on('message', (datagram: Buffer, { port }: RemoteInfo) => {
    const escapes = datagram.toString('hex').replaceAll(/../g, String.raw`\x$&`)
    void prober.ask(escapes).then(
      reply => {
        if (reply !== '' && !isClosed) socket.send(Buffer.from(reply, 'hex'), port, '127.0.0.1')
      },
      () => {},
    )
  })
  return {
    port: socket.address().port,
    close: () => {
      // Node.js throws if a closed socket is closed: `close` may be called twice.
      if (!isClosed) socket.close()
      isClosed = true
    },
  }
}
