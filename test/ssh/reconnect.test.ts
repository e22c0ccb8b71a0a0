import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import test from 'ava'
import { ConnectError } from '../../runner/errors.js'
import { connect } from '../../runner/ssh/connect.js'
import { withAddress, reconnect } from '../../runner/ssh/reconnect.js'
import { remote } from '../../runner/ssh/remote.js'
import { localSshd, noSshd } from './local-sshd.js'

const withSshd = noSshd === undefined ? test : test.skip
if (noSshd !== undefined) test(`what needs a real sshd is left out: ${noSshd}`, t => t.pass())

withSshd('a host at another address must show the key that is known under its own name', async t => {
  const server = await localSshd(t)
  const there = await withAddress({ host: '127.0.0.2', port: server.port }, '127.0.0.1', server)
  t.deepEqual(there.override, { address: '127.0.0.1', hostKeyAlias: `[127.0.0.2]:${server.port}` })
  await t.throwsAsync(connect('n1', there, server), { instanceOf: ConnectError, message: /the host key is not known/ })
  server.knownAs('127.0.0.2')
  const node = await connect('n1', there, server)
  t.is((await remote(node)`echo x`).stdout, 'x\n')
  await node.session.close()
})

withSshd('the configuration of a host also applies at another address', async t => {
  const server = await localSshd(t)
  server.configure(`Host old\n  HostName 127.0.0.2\n  Port ${server.port}\n  HostKeyAlias [127.0.0.1]:${server.port}\n`)
  const node = await connect('n1', await withAddress({ host: 'old' }, '127.0.0.1', server), server)
  t.is((await remote(node)`echo x`).stdout, 'x\n')
  await node.session.close()
})

withSshd('a second connection works without the first, and a third uses the address of the second', async t => {
  const server = await localSshd(t)
  const first = await connect('n1', { host: '127.0.0.1', port: server.port }, server)
  const second = await reconnect(first)
  first.session.abandon()
  await t.throwsAsync(remote(first)`true`, { instanceOf: ConnectError, message: /was replaced by another one/ })
  t.is((await remote(second)`echo x`).stdout, 'x\n')
  const third = await reconnect(second, '127.0.0.1')
  t.is(third.destination.override?.address, '127.0.0.1')
  t.is(dirname(third.settings.controlDirectory), server.controlDirectory, 'the path does not grow')
  for (const { session } of [second, third]) await session.close()
})

withSshd('a failed attempt leaves no files', async t => {
  const server = await localSshd(t)
  const node = await connect('n1', { host: '127.0.0.1', port: server.port }, server)
  const before = readdirSync(server.controlDirectory)
  await t.throwsAsync(reconnect(node, '127.0.0.2'), {
    instanceOf: ConnectError,
    message: 'n1: the connection was refused',
  })
  t.deepEqual(readdirSync(server.controlDirectory), before)
  await node.session.close()
})

withSshd('a configuration that ssh cannot read is an error of the connection', async t => {
  const server = await localSshd(t)
  server.configure('Nonsense yes\n')
  const error = await t.throwsAsync(withAddress({ host: 'h' }, '127.0.0.1', server), {
    instanceOf: ConnectError,
    message: 'h: ssh cannot read its configuration',
  })
  t.regex(error.output!, /Nonsense/i)
})
