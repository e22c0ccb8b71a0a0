import { get } from 'node:http'
import { get as getSecurely } from 'node:https'
import { isIP } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { ProcessPromise } from 'zx/core'
import type { Connection } from '../inventory/site.js'
import { urlHost } from '../ip-address.js'
import type { NodeConnection } from './node-connection.js'
import type { SshSettings } from './openssh.js'
import { deadline, RouteError } from './probe-loop.js'
import { effectiveConfig } from './user-config.js'

export interface HttpResponse {
  status: number
  body: string
}

/** How a request reaches its server, and when it ends. */
export interface HttpOptions {
  /** A node that opens the connection, if this machine cannot. */
  through?: NodeConnection | undefined
  /** A socket file that leads to the server: for many requests. */
  socket?: string | undefined
  /** The certificates of the authority that has signed the server's; without, it is not checked. */
  ca?: string | undefined
  signal: AbortSignal
}

const timeoutMs = 5000

/** What follows in a body is not read. */
const maxBodyLength = 4 * 1024 * 1024

/**
 * True if ssh reaches the node without a jump host or proxy command, so that this machine reaches its network. `ssh -G`
 * evaluates Match and Include too.
 */
export async function isDirect(connection: Connection, settings: SshSettings): Promise<boolean> {
  return !/^proxy(command|jump) (?!none)/m.test(await effectiveConfig(connection, settings))
}

/**
 * One GET over HTTP.
 *
 * @param through - a node that opens the connection, if this machine cannot.
 * @throws Error with the system's reason if there is no answer within 5 s.
 */
export async function httpGet(address: string, path: string, through?: NodeConnection): Promise<HttpResponse> {
  const { signal, cancel } = deadline(timeoutMs)
  try {
    return await httpRequest(new URL(path, `http://${urlHost(address)}`), {
      through,
      signal,
    })
  } finally {
    cancel()
  }
}

/** The host and the port of a URL, as ssh takes them. */
export function hostAndPort({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
}

/**
 * One GET over HTTP or HTTPS. The server may have any certificate, unless an authority is given.
 *
 * @throws Error with the system's reason, or with that of the signal; RouteError if the socket file is gone.
 */
export async function httpRequest(url: URL, { through, socket, ca, signal }: HttpOptions): Promise<HttpResponse> {
  const tunnel = through?.forward(hostAndPort(url))
  const isTls = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const security = isTls ? { rejectUnauthorized: ca !== undefined, ...(ca !== undefined && { ca }) } : {}
  const connection = (pipes: ProcessPromise) =>
    isTls
      ? connectTls({
          socket: connectionOver(pipes),
          host,
          ...(isIP(host) === 0 && { servername: host }),
          ...security,
        })
      : connectionOver(pipes)
  try {
    return await new Promise((resolve, reject) => {
      const options = {
        ...security,
        // With an agent, Node would ignore createConnection and connect to the address itself.
        ...(tunnel ? { createConnection: () => connection(tunnel) } : { agent: false as const }),
        ...(socket !== undefined && { socketPath: socket }),
      }
      const request = (isTls ? getSecurely : get)(url, options, response => {
        let body = ''
        const end = () => resolve({ status: response.statusCode ?? 0, body })
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk
          if (body.length <= maxBodyLength) return
          end()
          response.destroy()
        })
        response.on('end', end)
        response.on('error', reject)
      })
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The socket file belongs to ssh, which accepts the connection whatever the server does.
        const isRouteLost = socket !== undefined && error.syscall === 'connect'
        if (isRouteLost) reject(new RouteError(error.message))
        else
          reject(
            error.code === 'ECONNRESET' || error.code === 'EPIPE'
              ? new Error('no connection', { cause: error })
              : error,
          )
      })
      const abort = () => request.destroy(signal.reason as Error)
      signal.addEventListener('abort', abort, { once: true })
      request.on('close', () => signal.removeEventListener('abort', abort))
    })
  } finally {
    tunnel?.child?.kill()
  }
}

/**
 * The two pipes of a tunnel as one stream. The server ends the connection after each page, before the local side is
 * finished; `Duplex.from` would report that as a premature close.
 */
function connectionOver({ stdin, stdout }: ProcessPromise): Duplex {
  const connection = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _, done) => {
      stdin.write(chunk, () => done())
    },
  })
  stdout.on('data', (chunk: Buffer) => connection.push(chunk))
  stdout.on('end', () => connection.push(null))
  stdin.on('error', () => {})
  return connection
}
