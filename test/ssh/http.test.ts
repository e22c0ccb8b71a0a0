/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net'
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { $ } from 'zx/core'
import type { NodeConnection } from '../../runner/ssh/node-connection.js'
import { httpGet, httpRequest, isDirect } from '../../runner/ssh/http.js'
import { deadline } from '../../runner/ssh/probe-loop.js'

/** Listens on port 80 of a loopback address of its own, as a floating IP's server would. */
async function listen(t: ExecutionContext, address: string, port: number, answer: RequestListener) {
  const server = createServer(answer)
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve, reject) => server.listen(port, address, resolve).on('error', reject))
  t.teardown(() => end(server))
  return { port: (server.address() as AddressInfo).port, connections: () => connections }
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
}

/** A node that opens TCP connections for us, to another port than was asked for, and remembers what it was asked. */
function nodeLeadingTo(command: string[]) {
  const asked: string[] = []
  const forward = (to: string) => {
    asked.push(to)
    return $({
      quiet: true,
      nothrow: true,
      detached: true,
      prefix: 'exec ',
      postfix: '',
      stdio: ['pipe', 'pipe', 'pipe'],
    })`${command}`
  }
  return { asked, node: { name: 'node2', forward } as unknown as NodeConnection }
}

const pipeTo = (address: string, port: number) => [
  process.execPath,
  '-e',
  `
  const socket = require('node:net').connect(${port}, '${address}')
  process.stdin.pipe(socket); socket.pipe(process.stdout); socket.on('error', () => process.exit(1))`,
]

const page =
  (text: string): RequestListener =>
  (_, response) => {
    response.end(text)
  }

test('a page that this machine reaches', async t => {
  await listen(t, '127.0.66.1', 80, ({ url, headers }, response) => {
    response.statusCode = 203
    response.end(`${url} ${headers.host}`)
  })
  t.like(await httpGet('127.0.66.1', '/x'), { status: 203, body: '/x 127.0.66.1' })
})

test('through a node, this machine never connects to the page', async t => {
  const direct = await listen(t, '127.0.66.2', 80, page('direct'))
  const behind = await listen(t, '127.0.66.3', 0, ({ headers }, response) => {
    response.end(`behind ${headers.host}`)
  })
  const { node, asked } = nodeLeadingTo(pipeTo('127.0.66.3', behind.port))
  for (let turn = 0; turn < 3; turn += 1)
    t.regex((await httpGet('127.0.66.2', '/', node)).body, /^behind 127\.0\.66\.2(:80)?$/)
  t.deepEqual(
    asked,
    Array.from({ length: 3 }, () => '127.0.66.2:80'),
  )
  t.is(direct.connections(), 0)
  t.is(behind.connections(), 3)
})

test('through a node, a big page comes whole', async t => {
  const text = 'é0123456789abcde'.repeat(60_000)
  const behind = await listen(t, '127.0.66.4', 0, page(text))
  const { body } = await httpGet('127.0.66.99', '/', nodeLeadingTo(pipeTo('127.0.66.4', behind.port)).node)
  t.is(body, text)
})

test('a tunnel that ends before it answers is an error, without a direct attempt', async t => {
  const direct = await listen(t, '127.0.66.5', 80, page('direct'))
  const error = await t.throwsAsync(httpGet('127.0.66.5', '/', nodeLeadingTo(['false']).node))
  t.not(error.message, 'no answer within 5 s', 'it ends with the tunnel')
  t.is(direct.connections(), 0)
})

test('a refused connection is an error with the reason', async t => {
  await t.throwsAsync(httpGet('127.0.66.6', '/'), { message: /ECONNREFUSED 127\.0\.66\.6:80/ })
})

test('an answer that is cut off in the middle is an error', async t => {
  await listen(t, '127.0.66.7', 80, (_, response) => {
    response.setHeader('content-length', 100)
    response.write('half')
    setTimeout(() => response.destroy(), 50)
  })
  await t.throwsAsync(httpGet('127.0.66.7', '/'))
})

test('a server that accepts and does not answer times out after 5 s, and so does a tunnel to it', async t => {
  const server = createTcpServer()
  await new Promise<void>(resolve => server.listen(80, '127.0.66.8', resolve))
  t.teardown(() => server.close())
  const { node } = nodeLeadingTo(pipeTo('127.0.66.8', 80))
  await Promise.all([
    t.throwsAsync(httpGet('127.0.66.8', '/'), { message: 'no answer within 5 s' }),
    t.throwsAsync(httpGet('127.0.66.9', '/', node), { message: 'no answer within 5 s' }),
    t.throwsAsync(httpGet('127.0.66.9', '/', nodeLeadingTo(['sleep', '20']).node), { message: 'no answer within 5 s' }),
  ])
})

test('the tunnel’s process ends with the answer', async t => {
  const behind = await listen(t, '127.0.66.10', 0, page('x'))
  const started: ReturnType<NodeConnection['forward']>[] = []
  const { node } = nodeLeadingTo(pipeTo('127.0.66.10', behind.port))
  const watched = {
    forward: (to: string) => {
      const tunnel = node.forward(to)
      started.push(tunnel)
      return tunnel
    },
  } as NodeConnection
  await httpGet('127.0.66.10', '/', watched)
  t.is(started.length, 1)
  await t.notThrowsAsync(Promise.resolve(started[0]!))
})

/** A server with a certificate of its own, and of no authority. */
async function listenSecurely(t: ExecutionContext): Promise<{ port: number; ca: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-tls-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
  await $({
    quiet: true,
  })`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ${key} -out ${cert} -days 2 -subj /CN=shop -addext subjectAltName=IP:127.0.0.1`
  const ca = readFileSync(cert, 'utf8')
  const server = createSecureServer({ key: readFileSync(key), cert: ca }, page('secure'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { port: (server.address() as AddressInfo).port, ca }
}

test('HTTPS: any certificate, unless an authority is given; from here, through a node, and through a socket file', async t => {
  const { port, ca } = await listenSecurely(t)
  const { port: other } = await listenSecurely(t)
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-tls-socket-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const socketTo = async (to: number) => {
    const path = join(mkdtempSync(join(folder, 'to-')), 'socket')
    const relay = createTcpServer(local => {
      const remote = connect(to, '127.0.0.1')
      local.pipe(remote).pipe(local)
      for (const end of [local, remote]) end.on('error', () => {})
    })
    await new Promise<void>(resolve => relay.listen(path, resolve))
    t.teardown(() => relay.close())
    return path
  }
  const { signal, cancel } = deadline(60_000)
  t.teardown(cancel)
  for (const way of ['direct', 'through', 'socket']) {
    const ask = async (to: number, more: { ca?: string } = {}) =>
      httpRequest(new URL(`https://127.0.0.1:${to}/`), {
        signal,
        ...more,
        ...(way === 'through' && { through: nodeLeadingTo(pipeTo('127.0.0.1', to)).node }),
        ...(way === 'socket' && { socket: await socketTo(to) }),
      })
    t.is((await ask(port)).body, 'secure', way)
    t.is((await ask(port, { ca })).body, 'secure', way)
    await t.throwsAsync(ask(other, { ca }), { message: /self-signed|certificate/ }, way)
  }
})

const reaches = test.macro({
  exec: async (t, config: string, direct: boolean) => {
    const folder = mkdtempSync(join(tmpdir(), 'ha-run-http-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'config'), config)
    t.is(await isDirect({ host: 'node1' }, { configFile: join(folder, 'config'), controlDirectory: folder }), direct)
  },
  title: (name = '') => name,
})

test('without a proxy in the configuration the node is reached directly', reaches, '', true)
test('a jump host is in between', reaches, 'Host node*\n  ProxyJump bastion\n', false)
test('a proxy command is in between', reaches, 'Match host node1\n  ProxyCommand nc %h %p\n', false)
test('a jump host for others is not in between', reaches, 'Host other\n  ProxyJump bastion\n', true)
test('none is no jump host', reaches, 'Host node1\n  ProxyJump none\nHost *\n  ProxyJump bastion\n', true)
test('none is no proxy command', reaches, 'Host *\n  ProxyCommand none\n', true)
