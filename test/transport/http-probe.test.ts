import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { HttpProbe, now } from '../../runner/transport/http-probe.js'

/** Listens on a socket file, as ssh does for a node. */
async function socketOf(t: ExecutionContext, answer: RequestListener) {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-probe-'))
  const socket = join(folder, 'to')
  const server = createServer(answer)
  let connections = 0
  server.on('connection', () => { connections += 1 })
  await new Promise<void>(resolve => server.listen(socket, resolve))
  const close = async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
  t.teardown(async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  })
  return { socket, close, connections: () => connections }
}

const judge = ({ status, body }: { status: number; body: string }) => {
  if (status !== 200) throw new Error(`HTTP ${status}`)
  return body
}

async function probed(t: ExecutionContext, socket: string, ms: number): Promise<HttpProbe> {
  const probe = new HttpProbe({ address: '192.0.2.1', socket, judge })
  t.teardown(() => probe.stop())
  probe.start()
  await sleep(ms)
  return probe
}

test('at least 20 a second, each over a connection of its own', async t => {
  const began = now()
  const { socket, connections } = await socketOf(t, (_, response) => response.end('node1'))
  const probe = await probed(t, socket, 1600)
  t.true(probe.isWell)
  const asked = probe.stop()
  t.true(asked.length / (now() - began) * 1000 >= 20, `${asked.length} requests`)
  const open = connections() - asked.length
  t.true(open >= 0 && open <= 5, 'those that were asked and not answered yet')
  t.deepEqual([...new Set(asked.map(({ server, error }) => `${server} ${error}`))], ['node1 undefined'])
  t.true(asked.every(({ at, ms }) => at >= began && ms >= 0 && at + ms <= now()))
  const { length } = asked
  await sleep(100)
  t.is(probe.asked.length, length, 'no more after its end')
})

test('refusals, resets and other pages are failures, and well is only who has answered for a while', async t => {
  let turn = 0
  const { socket } = await socketOf(t, (request, response) => {
    turn += 1
    if (turn % 2 === 0) request.socket.destroy()
    else response.writeHead(503).end('x')
  })
  const began = now()
  const probe = await probed(t, socket, 500)
  t.false(probe.isWell)
  t.true(probe.hasFailedSince(began))
  t.false(probe.hasFailedSince(now() + 1))
  t.deepEqual(new Set(probe.stop().map(({ error }) => error)), new Set(['HTTP 503', 'no connection']))
})

test('who does not answer fails after 1.5 s, and does not keep the others waiting', async t => {
  let turn = 0
  const { socket } = await socketOf(t, (_, response) => {
    turn += 1
    if (turn > 3) response.end('node1')
  })
  const probe = await probed(t, socket, 2000)
  const asked = probe.stop()
  const late = asked.filter(({ error }) => error !== undefined)
  t.deepEqual(late.map(({ error }) => error), Array.from({ length: 3 }, () => 'no answer within 1.5 s'))
  t.true(late.every(({ ms }) => ms >= 1490))
  t.true(asked.length > 30)
  t.deepEqual(asked.map(({ at }) => at), asked.map(({ at }) => at).toSorted((one, other) => one - other))
})

test('a way that has gone says nothing of the page', async t => {
  const { socket, close } = await socketOf(t, (_, response) => response.end('node1'))
  const probe = await probed(t, socket, 300)
  await close()
  await sleep(200)
  t.regex(probe.broken ?? '', /ENOENT|ECONNREFUSED/)
  t.deepEqual(probe.stop().filter(({ error }) => error !== undefined && error !== 'no connection'), [])
})
