import { createServer, Socket } from 'node:net'

/**
 * A process that makes the way to some servers longer: `delay-proxy ONE_WAY_MS PORT=HOST:PORT…` listens on 127.0.0.1
 * and passes on what comes, each way that much later, in order and with no limit on how much. It says `ready`, and ends
 * with its stdin. A single process for all connections, since one a connection would take the processor from what is
 * measured. The kernel's own netem would do it without any, and is not used: many kernels are built without it.
 */

const [oneWay = '', ...routes] = process.argv.slice(2)
const delay = Number(oneWay)

/** Timers of one length ring in the order in which they were set, so that nothing overtakes. */
const later = (act: () => void) => setTimeout(act, delay)

function pass(from: Socket, to: Socket): void {
  from.on('data', chunk => later(() => to.write(chunk)))
  from.on('end', () => later(() => to.end()))
  from.on('error', () => to.destroy())
}

/**
 * A handshake is over after a round trip for the client, which speaks from then on, and half of another later for the
 * server, which then says its first word.
 */
function accept(client: Socket, host: string, port: number): void {
  client.setNoDelay(true).pause()
  setTimeout(() => {
    const server = new Socket({ allowHalfOpen: true }).setNoDelay(true)
    later(() => server.connect(port, host))
    pass(client, server)
    pass(server, client)
    client.resume()
  }, 2 * delay)
}

for (const route of routes) {
  const [, port, host = '', target] = /^(\d+)=(.+):(\d+)$/.exec(route)!
  const server = createServer({ allowHalfOpen: true }, client => accept(client, host, Number(target)))
  await new Promise<void>(resolve => server.listen(Number(port), '127.0.0.1', resolve))
}
process.stdin.on('end', () => process.exit()).resume()
process.stdout.write('ready\n')
