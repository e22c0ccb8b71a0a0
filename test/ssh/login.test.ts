import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import test, { type ExecutionContext } from 'ava'
import { Secret } from '../../runner/secret.js'
import { SshChannel, startProcess } from '../../runner/ssh/channel.js'
import { loginCommand, passwordRequest, shellReady, untilShellReady } from '../../runner/ssh/login.js'
import { sh } from '../../runner/ssh/quote.js'

const isRoot = process.getuid?.() === 0
const asRoot = isRoot ? test : test.skip

interface Login {
  become?: boolean
  hasPassword?: boolean
  stdin: string
  unprivileged?: boolean
  env?: Record<string, string>
}

/** Types on the shell that a login leads to. */
function login({ become, hasPassword = false, stdin, unprivileged = false, env }: Login) {
  const argv = ['sh', '-c', loginCommand(become, hasPassword)]
  const [command, ...args] = unprivileged
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...argv]
    : argv
  const { stdout, stderr, status } = spawnSync(command!, args, {
    input: stdin,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  })
  return { stdout, stderr, status }
}

/** A folder with a sudo that wants the password `right`, or none, and does as the user that calls it. */
function fakeSudo(t: ExecutionContext, password: string | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-login-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  chmodSync(folder, 0o755)
  const wanted =
    password === undefined
      ? ''
      : sh`
case $1 in -n) echo 'sudo: a password is required' >&2; exit 1 ;; esac
IFS= read -r typed; [ "$typed" = ${password} ] || { echo 'Sorry, try again.' >&2; exit 1; }`
  writeFileSync(
    join(folder, 'sudo'),
    `#!/bin/sh${wanted}
case $1 in -S) shift 3 ;; -n) shift ;; esac
exec "$@"
`,
    { mode: 0o755 },
  )
  return `${folder}:/usr/bin:/bin`
}

asRoot('root has a shell at once, with an environment of its own', t => {
  const { stdout, stderr } = login({
    stdin: 'env; umask; id -u; pwd\n',
    env: { LD_PRELOAD: '', FOO: 'x', LANG: 'de_DE.UTF-8', ENV: '/tmp/x' },
  })
  const lines = stdout.trimEnd().split('\n')
  t.is(lines[0], shellReady)
  const names = lines
    .filter(line => line.includes('='))
    .map(line => line.replace(/=.*/, ''))
    .filter(name => name !== '_')
  t.deepEqual(names.toSorted(), ['DEBIAN_FRONTEND', 'HOME', 'LC_ALL', 'PATH', 'PWD', 'USER'])
  t.deepEqual(lines.slice(-3, -1), ['0022', '0'])
  t.is(stderr, '')
})

asRoot('a login that is not root, on a node without sudo, is an error', t => {
  const { stdout, stderr, status } = login({
    unprivileged: true,
    stdin: 'id -u\n',
    env: { PATH: '/nowhere:/usr/bin:/bin' },
  })
  t.false(stdout.includes(shellReady))
  t.is(stderr, 'sudo: not installed\n')
  t.is(status, 1)
})

test('without become the shell runs as the login user', t => {
  const { stdout } = login({ become: false, unprivileged: isRoot, stdin: 'id -u\n' })
  t.is(stdout, `${shellReady}\n${isRoot ? 65534 : process.getuid?.()}\n`)
})

asRoot('a sudo without a password goes through', t => {
  const { stdout } = login({ unprivileged: true, stdin: 'echo here\n', env: { PATH: fakeSudo(t, undefined) } })
  t.is(stdout, `${shellReady}\nhere\n`)
})

asRoot('a sudo that requires a password reports it; without a password nothing is started', t => {
  const { stdout, status } = login({ unprivileged: true, stdin: 'echo here\n', env: { PATH: fakeSudo(t, 'right') } })
  t.is(stdout, `${passwordRequest}\n`)
  t.is(status, 1)
})

asRoot('the password is the first line of stdin, the session is what follows', t => {
  const { stdout } = login({
    hasPassword: true,
    unprivileged: true,
    stdin: 'right\necho here\n',
    env: { PATH: fakeSudo(t, 'right') },
  })
  t.is(stdout, `${passwordRequest}\n${shellReady}\nhere\n`)
})

asRoot('a wrong password starts nothing', t => {
  const { stdout, stderr } = login({
    hasPassword: true,
    unprivileged: true,
    stdin: 'wrong\necho here\n',
    env: { PATH: fakeSudo(t, 'right') },
  })
  t.is(stdout, `${passwordRequest}\n`)
  t.is(stderr, 'Sorry, try again.\n')
})

test('a request for the password of the login may come in two pieces, and once for each method; after the login nothing is one', async t => {
  const request = 'ha-run: ssh asks (1)'
  const script = sh`printf %s ${request.slice(0, 9)} >&2; sleep 0.2; echo ${request.slice(9)} >&2; read -r one
echo ${request} >&2; read -r two
[ "$one $two" = 'secret secret' ] && echo ${shellReady}; sleep 0.2
echo ${`${request} Sorry, try again`} >&2; read -r three; echo "got $three"`
  const channel = new SshChannel(startProcess(['sh', '-c', script]), 'node1')
  let output = ''
  channel.onOutput('stdout', chunk => {
    output += chunk.toString()
  })
  const options = { controlDirectory: '/nowhere' }
  await untilShellReady(channel, 'node1', options, { request, password: new Secret(Buffer.from('secret')) })
  setTimeout(() => channel.write('more\n'), 500)
  await channel.closed
  t.regex(output, /got more/)
})
