/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { ConnectError } from '../../runner/errors.js'
import { connect } from '../../runner/ssh/connect.js'
import { remote } from '../../runner/ssh/remote.js'
import { comesTrue } from '../comes-true.js'
import { closedPort, localSshd, noSshd, type LocalSshd } from './local-sshd.js'

const withSshd = noSshd === undefined ? test : test.skip
if (noSshd !== undefined) test(`what needs a real sshd is left out: ${noSshd}`, t => t.pass())

/** A connection to a server of ours, closed with the test. */
async function connected(t: ExecutionContext, server: LocalSshd) {
  const node = await connect('node1', { host: '127.0.0.1', port: server.port }, server)
  t.teardown(() => node.close())
  return node
}

withSshd('a connection is a root shell with frames', async t => {
  const node = await connected(t, await localSshd(t))
  const $ = remote(node)
  t.is((await $`id -u; echo ${"it's"}`).stdout, "0\nit's\n")
  t.is(node.session.frames, 1)
})

withSshd('a hanging command is terminated over a second channel', async t => {
  const node = await connected(t, await localSshd(t))
  const answer = node.session.run({ scripts: ['echo begun', 'sleep 61'], timeoutSeconds: 60 })
  t.true(await comesTrue(() => node.session.runningGroups.length === 1))
  await node.endRunningGroups()
  const [first, second] = await answer
  t.is(first!.stdout, 'begun\n')
  t.not(second!.exitCode, 0)
  t.is((await remote(node)`echo next`).stdout, 'next\n')
})

withSshd('without a running command there is nothing to terminate', async t => {
  await t.notThrowsAsync((await connected(t, await localSshd(t))).endRunningGroups())
})

withSshd('a forward is a TCP connection from the node', async t => {
  const server = createServer((_, response) => {
    response.end('page')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const node = await connected(t, await localSshd(t))
  const tunnel = node.forward(`127.0.0.1:${(server.address() as AddressInfo).port}`)
  let output = ''
  tunnel.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  tunnel.stdin.write('GET / HTTP/1.0\r\n\r\n')
  await tunnel
  t.regex(output, /^HTTP\/1\.1 200 OK[^]*page$/)
})

withSshd('without the master, a forward fails and opens no connection of its own', async t => {
  const node = await connected(t, await localSshd(t))
  await node.session.close()
  t.not((await node.forward('127.0.0.1:1')).exitCode, 0)
})

withSshd("the client's variables do not reach the shell", async t => {
  const server = await localSshd(t)
  server.configure(`Host *\n  SetEnv FOO=bar LANG=de_DE.UTF-8\n`)
  const node = await connected(t, server)
  t.is((await remote(node)`echo "[$FOO$LANG$LC_ALL]"`).stdout, '[C]\n')
})

withSshd('a lost connection rejects running commands with ConnectError', async t => {
  const node = await connected(t, await localSshd(t))
  const $ = remote(node)
  const pending = $`kill -KILL $(ps -o ppid= -p $(ps -o ppid= -p $PPID)); sleep 60`
  await t.throwsAsync(pending, { instanceOf: ConnectError, message: /^node1: / })
  await t.throwsAsync($`true`, { instanceOf: ConnectError })
})

// A script's stderr (`Connection refused`, for example) must not be taken for ssh's own message.
withSshd("the reason for a lost connection comes from ssh, not from a script's stderr", async t => {
  const node = await connected(t, await localSshd(t))
  const $ = remote(node)
  await $({ nothrow: true })`echo 'crm_mon: Connection to cluster failed: Connection refused' >&2`
  const pending = $`kill -KILL $(ps -o ppid= -p $(ps -o ppid= -p $PPID)); sleep 60`
  const error = await t.throwsAsync(pending, { instanceOf: ConnectError })
  t.not(error.message, 'node1: the connection was refused')
  t.false(error.output?.includes('crm_mon'))
})

withSshd('a second session works at the same time, over the same connection, and closes with it', async t => {
  const server = await localSshd(t)
  const node = await connected(t, server)
  const beside = await node.openSecondSession()
  t.is(await node.openSecondSession(), beside)
  const slow = remote({ name: 'node1', session: beside })`sleep 0.5; echo slow`
  const quick = remote(node)`echo quick`
  t.is(await Promise.race([slow, quick].map(async one => (await one).stdout)), 'quick\n')
  t.is((await slow).stdout, 'slow\n')
  const connections = await remote(node)`ss -Htn state established sport = :${server.port} | wc -l`
  t.is(connections.stdout, '1\n')
  await node.close()
  await t.throwsAsync(remote({ name: 'node1', session: beside })`true`, { instanceOf: ConnectError })
})

withSshd('a command in the second session is terminated too', async t => {
  const node = await connected(t, await localSshd(t))
  const beside = await node.openSecondSession()
  const running = remote({ name: 'node1', session: beside })({ nothrow: true })`sleep 60`
  t.true(await comesTrue(() => beside.runningGroups.length === 1))
  await node.endRunningGroups()
  t.is((await running).exitCode, 143)
})

const refused = test.macro(
  async (t, spoil: (server: LocalSshd) => void | Promise<void>, message: RegExp | string, hint: string) => {
    const server = await localSshd(t)
    await spoil(server)
    const error = await t.throwsAsync(connect('node1', { host: '127.0.0.1', port: server.port }, server), {
      instanceOf: ConnectError,
      message,
    })
    t.true(error.hint?.includes(hint), error.hint)
  },
)

withSshd(
  'a key that the server does not know',
  refused,
  ({ folder }) => {
    rmSync(join(folder, 'userkey'))
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'userkey2')])
    execFileSync('mv', [join(folder, 'userkey2'), join(folder, 'userkey')])
  },
  'node1: the login was refused',
  'ansible_user',
)

withSshd(
  'a port that nobody listens on',
  refused,
  async server => {
    server.port = closedPort
  },
  'node1: the connection was refused',
  'is sshd running',
)

withSshd(
  'a name that cannot be resolved',
  refused,
  server => {
    server.configure('Host *\n  HostName no-such-host.invalid\n')
  },
  'node1: the name cannot be resolved',
  'ansible_host',
)

withSshd(
  'a host key that has changed',
  refused,
  ({ knownHosts, folder, port }) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'other')])
    execFileSync('sh', [
      '-c',
      'printf "%s " "$1" >"$2"; cat "$3" >>"$2"',
      'sh',
      `[127.0.0.1]:${port}`,
      knownHosts,
      join(folder, 'other.pub'),
    ])
  },
  'node1: the host key differs from the one in known_hosts',
  'ssh-keygen -R',
)

withSshd('an unknown host key comes with its fingerprint, and nothing is written to known_hosts', async t => {
  const server = await localSshd(t)
  writeFileSync(server.knownHosts, '')
  const error = await t.throwsAsync(connect('node1', { host: '127.0.0.1', port: server.port }, server), {
    instanceOf: ConnectError,
  })
  t.is(error.message, `node1: the host key is not known: it is ${server.fingerprint} (ED25519)`)
  t.true(error.hint?.includes('accept-new'))
  t.is(execFileSync('cat', [server.knownHosts], { encoding: 'utf8' }), '')
  t.is(execFileSync('ls', [server.controlDirectory], { encoding: 'utf8' }), '')
})

withSshd("a host key that the user's configuration accepts is accepted", async t => {
  const server = await localSshd(t)
  writeFileSync(server.knownHosts, '')
  server.configure('Host *\n  StrictHostKeyChecking accept-new\n')
  t.is((await remote(await connected(t, server))`echo x`).stdout, 'x\n')
})
