import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { createConnection, createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { delayedConfig } from './delayed.js'

const proxy = fileURLToPath(new URL('delay-proxy.js', import.meta.url))
const oneWay = 40

/** A server behind the proxy that sends hello, echoes its input, and sends bye at the end of its input. */
async function farServer(t: ExecutionContext): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, socket => {
    socket.write('hello ')
    socket.on('data', chunk => socket.write(chunk)).on('end', () => socket.end(' bye'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: target } = server.address() as AddressInfo
  // A port that was free a moment ago.
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  const child = spawn(process.execPath, [proxy, String(oneWay), `${port}=127.0.0.1:${target}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  t.teardown(async () => {
    child.stdin.end()
    await gone
    server.close()
  })
  await once(child.stdout, 'data')
  return port
}

test('the proxy only delays: all bytes arrive in order', async t => {
  const port = await farServer(t)
  const sent = Array.from({ length: 200 }, (_, at) => `${at} `.repeat(500)).join('')
  const socket = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  const started = performance.now()
  let [received, firstAfter] = ['', 0]
  socket.on('data', chunk => {
    firstAfter ||= performance.now() - started
    received += chunk.toString()
  })
  for (let at = 0; at < sent.length; at += 9001) socket.write(sent.slice(at, at + 9001))
  socket.end()
  await once(socket, 'end')
  t.is(received, `hello ${sent} bye`)
  // Three one-way delays for the handshake and one for the first byte; timers may fire a millisecond early.
  t.true(firstAfter >= 4 * oneWay - 4, `${firstAfter} ms`)
})

test('each node of the delayed configuration has its own port', t => {
  const host = (name: string, address: string) =>
    `Host ${name} ${address}\n  HostName ${address}\n  ProxyCommand nsenter --net=/run/x socat - TCP:%h:%p,connect-timeout=10`
  const text = delayedConfig(
    [host('node1', '192.168.0.1'), host('node2', '192.168.0.2'), ''].join('\n\n'),
    new Map([
      ['192.168.0.1', 20_000],
      ['192.168.0.2', 20_001],
    ]),
  )
  t.deepEqual(text.match(/TCP:\S+?,/g), ['TCP:127.0.0.1:20000,', 'TCP:127.0.0.1:20001,'])
})
