import { get } from 'node:http'
import { Duplex } from 'node:stream'
import { $, type ProcessPromise } from 'zx/core'
import type { Connection } from '../inventory/site.js'
import type { NodeConnection } from './connect.js'
import { configurationWords, type SshSettings } from './openssh.js'

export interface Answer {
  status: number
  body: string
}

/** Milliseconds until an address counts as not answering. */
const patience = 5000

/**
 * Whether this machine reaches a node's network by itself: ssh goes there without a jump host or proxy command.
 * `ssh -G` decides, because Match and Include may say so too.
 */
export async function isDirect(connection: Connection, settings: SshSettings): Promise<boolean> {
  const { stdout } = await $({ quiet: true, timeout: '10s', stdio: ['ignore', 'pipe', 'pipe'] })`${configurationWords(connection, settings)}`
  return !/^proxy(command|jump) (?!none)/m.test(stdout)
}

/**
 * One GET over HTTP.
 *
 * @param through - a node that opens the connection in our place, where this machine cannot.
 * @throws Error with the system's reason when there is no answer within 5 s.
 */
export async function httpGet(address: string, path: string, through?: NodeConnection): Promise<Answer> {
  const tunnel = through?.forward(`${address}:80`)
  try {
    return await new Promise((resolve, reject) => {
      const options = {
        host: address, path, timeout: patience,
        // With an agent, Node would pass createConnection over and go to the address by itself.
        ...(tunnel ? { createConnection: () => connectionOver(tunnel) } : { agent: false as const }),
      }
      const request = get(options, response => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => { body += chunk })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
        response.on('error', reject)
      })
      request.on('error', reject)
      // `timeout` watches real sockets only; a tunnel is bounded here.
      setTimeout(() => request.destroy(new Error(`no answer within ${patience / 1000} s`)), patience).unref()
    })
  } finally {
    tunnel?.child?.kill()
  }
}

/**
 * The two pipes of a tunnel as one stream. `Duplex.from` would call it a premature close when the server ends the
 * connection, as it does after each page, before our side is finished.
 */
function connectionOver({ stdin, stdout }: ProcessPromise): Duplex {
  const connection = new Duplex({ read: () => {}, write: (chunk: Buffer, _, done) => { stdin.write(chunk, () => done()) } })
  stdout.on('data', (chunk: Buffer) => connection.push(chunk))
  stdout.on('end', () => connection.push(null))
  stdin.on('error', () => {})
  return connection
}
