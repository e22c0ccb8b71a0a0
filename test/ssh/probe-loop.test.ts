import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { httpRequest } from '../../runner/ssh/http.js'
import { ProbeLoop, RouteError, now } from '../../runner/ssh/probe-loop.js'
import { FakeClock } from '../fake-clock.js'
import { comesTrue } from '../comes-true.js'

/** Listens on a socket file, as ssh does for a node. */
async function socketOf(t: ExecutionContext, answer: RequestListener) {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-probe-'))
  const socket = join(folder, 'to')
  const server = createServer(answer)
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
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

/** A probe, and what lets milliseconds pass for it: before the next request, those made by then have come as far as they should. */
function probed(t: ExecutionContext, socket: string) {
  const clock = new FakeClock()
  const url = new URL('http://192.0.2.1/')
  const ask = async (signal: AbortSignal) => judge(await httpRequest(url, { socket, signal }))
  const probe = new ProbeLoop({ ask, clock })
  t.teardown(() => probe.stop())
  probe.start()
  const pass = async (ms: number, isOver: (made: number) => boolean) => {
    for (const end = clock.now() + ms; clock.now() < end;) {
      clock.pass(20)
      const made = Math.floor(clock.now() / 40)
      t.true(await comesTrue(() => isOver(made)))
    }
  }
  return { probe, clock, pass }
}

test('25 a second, each over a connection of its own', async t => {
  const { socket, connections } = await socketOf(t, (_, response) => response.end('node1'))
  const { probe, clock, pass } = probed(t, socket)
  const began = now(clock)
  await pass(1600, made => probe.requests.length === made)
  t.true(probe.isHealthy)
  const asked = probe.stop()
  t.deepEqual([asked.length, connections()], [40, 40])
  t.deepEqual([...new Set(asked.map(({ server, error }) => `${server} ${error}`))], ['node1 undefined'])
  t.true(asked.every(({ at, ms }) => at >= began && ms >= 0 && at + ms <= now(clock)))
  clock.pass(1000)
  t.is(clock.timers, 0, 'no more after its end')
})

test('refusals, resets and other pages are failures; healthy needs a while of answers', async t => {
  let turn = 0
  const { socket } = await socketOf(t, (request, response) => {
    turn += 1
    if (turn % 2 === 0) request.socket.destroy()
    else response.writeHead(503).end('x')
  })
  const { probe, clock, pass } = probed(t, socket)
  const began = now(clock)
  await pass(500, made => probe.requests.length === made)
  t.false(probe.isHealthy)
  t.true(probe.hasFailedSince(began))
  t.false(probe.hasFailedSince(now(clock) + 1))
  t.deepEqual(new Set(probe.stop().map(({ error }) => error)), new Set(['HTTP 503', 'no connection']))
})

test('a request without answer fails after 1.5 s, and does not delay the others', async t => {
  let turn = 0
  const { socket } = await socketOf(t, (_, response) => {
    turn += 1
    if (turn > 3) response.end('node1')
  })
  const { probe, pass } = probed(t, socket)
  await pass(
    2000,
    made => turn === made && probe.requests.filter(({ error }) => error === undefined).length === Math.max(made - 3, 0),
  )
  const asked = probe.stop()
  const late = asked.filter(({ error }) => error !== undefined)
  t.deepEqual(
    late.map(({ error }) => error),
    Array.from({ length: 3 }, () => 'no answer within 1.5 s'),
  )
  t.true(late.every(({ ms }) => ms >= 1500 && ms < 1600))
  t.is(asked.length, 50)
  t.deepEqual(
    asked.map(({ at }) => at),
    asked.map(({ at }) => at).toSorted((one, other) => one - other),
  )
})

test('a lost socket file is not a failure of the page', async t => {
  const { socket, close } = await socketOf(t, (_, response) => response.end('node1'))
  const { probe, clock, pass } = probed(t, socket)
  await pass(300, made => probe.requests.length === made)
  await close()
  clock.pass(200)
  t.true(await comesTrue(() => probe.broken !== undefined))
  t.regex(probe.broken ?? '', /ENOENT|ECONNREFUSED/)
  t.deepEqual(
    probe.stop().filter(({ error }) => error !== undefined && error !== 'no connection'),
    [],
  )
})

test('what is open at its stop counts neither as a failure nor as a lost way', async t => {
  for (const error of [new RouteError('node2 opens no connections'), new Error('refused')]) {
    const clock = new FakeClock()
    const fail: (() => void)[] = []
    const probe = new ProbeLoop({ ask: async () => new Promise((_, reject) => fail.push(() => reject(error))), clock })
    probe.start()
    clock.pass(40)
    t.is(fail.length, 1)
    probe.stop()
    fail[0]?.()
    await new Promise(resolve => setImmediate(resolve))
    t.deepEqual([probe.broken, probe.requests], [undefined, []])
  }
})
