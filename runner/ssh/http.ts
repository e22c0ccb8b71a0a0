import { get } from 'node:http'
import { Duplex } from 'node:stream'
import type { ProcessPromise } from 'zx/core'
import type { Connection } from '../inventory/site.js'
import type { NodeConnection } from './node-connection.js'
import type { SshSettings } from './openssh.js'
import { effectiveConfig } from './user-config.js'

export interface HttpResponse {
  status: number
  body: string
}

const timeoutMs = 5000

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
  const tunnel = through?.forward(`${address}:80`)
  try {
    return await new Promise((resolve, reject) => {
      const options = {
        host: address,
        path,
        timeout: timeoutMs,
        // With an agent, Node would ignore createConnection and connect to the address itself.
        ...(tunnel ? { createConnection: () => connectionOver(tunnel) } : { agent: false as const }),
      }
      const request = get(options, response => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
        response.on('error', reject)
      })
      request.on('error', reject)
      // `timeout` applies to real sockets only, not to a tunnel.
      setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs).unref()
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
