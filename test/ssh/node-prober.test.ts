import { createServer, type AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { startProcess } from '../../runner/ssh/channel.js'
import {
  connectThrough,
  startProber,
  type NodeProber,
  relayDatagrams,
  tcpScript,
  udpScript,
} from '../../runner/ssh/node-prober.js'
import { deadline, RouteError } from '../../runner/ssh/probe-loop.js'
import { resolveRecords } from '../../runner/ssh/services.js'
import { dnsServer } from './dns-server.js'

/** A prober whose node is this machine. */
async function proberOf(t: ExecutionContext, script: string): Promise<NodeProber> {
  const prober = await startProber(startProcess(['sh', '-c', script]), 'node2')
  t.teardown(() => prober.close())
  return prober
}

const soon = (t: ExecutionContext, ms = 60_000) => {
  const { signal, cancel } = deadline(ms)
  t.teardown(cancel)
  return signal
}

test('a node reports which connections were established', async t => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const prober = await proberOf(t, tcpScript('127.0.0.1', port))
  await t.notThrowsAsync(Promise.all([1, 2, 3].map(async () => connectThrough(prober, soon(t)))))
  await t.throwsAsync(connectThrough(await proberOf(t, tcpScript('127.0.0.1', 1)), soon(t)), {
    message: 'connection refused',
  })
})

test('what a node is to connect to is no shell text', async t => {
  const prober = await proberOf(t, tcpScript('$(touch /tmp/ha-run-touched)', 80))
  await t.throwsAsync(connectThrough(prober, soon(t)), { message: /touch|name|service/ })
})

test('a process that has ended, or does not start, is a lost way and no failure of the service', async t => {
  const refusal = await t.throwsAsync(proberOf(t, 'echo "sshd allows no session" >&2; exit 255'), {
    instanceOf: RouteError,
  })
  t.is(refusal.message, 'node2 opens no connections: sshd allows no session')
  const prober = await proberOf(t, 'echo ready; read -r line; exit 255')
  await t.throwsAsync(connectThrough(prober, soon(t)), { instanceOf: RouteError })
  t.truthy(prober.lost)
})

test('no answer in time is the reason of the signal', async t => {
  const prober = await proberOf(t, 'echo ready; cat >/dev/null')
  await t.throwsAsync(connectThrough(prober, soon(t, 20)), { message: 'no answer within 0.02 s' })
})

const resolved = async (t: ExecutionContext, port: number, query: string) =>
  resolveRecords({ server: '127.0.0.1', port, query, type: 'A' }, 60_000, soon(t))

test('DNS by UDP, from this machine and through a node', async t => {
  const server = await dnsServer(t)
  const relay = await relayDatagrams(await proberOf(t, udpScript('127.0.0.1', server.port)))
  t.teardown(relay.close)
  for (const port of [server.port, relay.port]) {
    t.deepEqual(await resolved(t, port, 'router.lan'), ['192.168.0.254'])
    await t.throwsAsync(resolved(t, port, 'ruoter.lan'), { message: 'there is no such name' })
    // Ids of queries are random: some have a line end or a zero among their bytes.
    const all = await Promise.all(Array.from({ length: 8 }, async () => resolved(t, port, 'router.lan')))
    t.deepEqual([...new Set(all.flat())], ['192.168.0.254'])
  }
  t.is(server.questions(), 20)
})

test('a relay of datagrams can be closed twice', async t => {
  const relay = await relayDatagrams(await proberOf(t, udpScript('127.0.0.1', 53)))
  relay.close()
  t.notThrows(relay.close)
})

test('a datagram with any bytes arrives in one piece', async t => {
  const prober = await proberOf(t, udpScript('127.0.0.1', await echoServer(t)))
  const bytes = Buffer.from(Array.from({ length: 512 }, (_, at) => at % 256))
  const reply = await prober.ask(bytes.toString('hex').replaceAll(/../g, String.raw`\x$&`), soon(t))
  t.is(reply, bytes.toString('hex'))
})

async function echoServer(t: ExecutionContext): Promise<number> {
  const { createSocket } = await import('node:dgram')
  const socket = createSocket('udp4')
  socket.on('message', (message, { port, address }) => socket.send(message, port, address))
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve))
  t.teardown(() => socket.close())
  return socket.address().port
}

test('a DNS server that does not answer', async t => {
  await t.throwsAsync(
    resolveRecords({ server: '127.0.0.1', port: 9, query: 'router.lan', type: 'A' }, 500, soon(t, 2000)),
    { message: /^no (server answers|answer)/ },
  )
})
