import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { ConnectError } from '../../runner/errors.js'
import { Secret } from '../../runner/secret.js'
import { askpassIn } from '../../runner/ssh/askpass.js'
import { connect } from '../../runner/ssh/connect.js'
import type { Destination } from '../../runner/ssh/openssh.js'
import { remote } from '../../runner/ssh/remote.js'
import { localSshd, noSshd, type LocalSshd } from './local-sshd.js'

const withSshd = noSshd === undefined ? test : test.skip
if (noSshd !== undefined) test(`what needs a real sshd is left out: ${noSshd}`, t => t.pass())

const canary = 'canary  \\n$(id)"\'é'

/** How to reach a server without a key, and without root there. */
function login(server: LocalSshd, password: string, more: Partial<Destination> = {}): Destination {
  const secret = new Secret(Buffer.from(password))
  const args = ['-o', 'PubkeyAuthentication=no', ...(more.args ?? [])]
  return { host: '127.0.0.1', port: server.port, user: 'pi', become: false, password: secret, ...more, args }
}

/** The arguments and variables of all processes of this machine that are this test's own, and all files of the run. */
function traces(server: LocalSshd): string {
  const processes = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  const texts = processes.flatMap(pid => {
    try {
      return ['cmdline', 'environ'].map(name => readFileSync(`/proc/${pid}/${name}`, 'utf8'))
    } catch {
      return []
    }
  })
  const files = execFileSync('grep', ['-rs', '', server.controlDirectory], { encoding: 'utf8' })
  return [...texts, files].join('\n')
}

withSshd('ssh gets a password with any characters, and it is in no argument, environment or file', async t => {
  const server = await localSshd(t, { password: canary })
  const node = await connect('node1', login(server, canary), server)
  t.teardown(() => node.close())
  t.is((await remote(node)`id -un`).stdout, 'pi\n')
  const found = traces(server)
  t.true(found.includes('SSH_ASKPASS='))
  t.false(found.includes(canary))
  // The session's own input is whole: nothing of the password is left in it.
  t.is((await remote(node)`echo first; echo second`).stdout, 'first\nsecond\n')
  // A second channel needs no password.
  t.is((await remote({ name: 'node1', session: await node.openSecondSession() })`echo beside`).stdout, 'beside\n')
})

withSshd('a login by key does not send the password', async t => {
  const server = await localSshd(t, { password: canary })
  const password = new Secret(Buffer.from('not the right one'))
  const node = await connect('node1', { host: '127.0.0.1', port: server.port, password }, server)
  t.teardown(() => node.close())
  t.is((await remote(node)`id -un; cat <&0`).stdout, 'root\n')
})

withSshd('a wrong password is refused at once, and named', async t => {
  const server = await localSshd(t, { password: canary })
  const error = await t.throwsAsync(connect('node1', login(server, 'wrong'), server), { instanceOf: ConnectError })
  t.is(error.message, 'node1: the login was refused')
  t.regex(error.hint ?? '', /ansible_password/)
})

withSshd('an unknown host key is not accepted, and the node gets no password', async t => {
  const server = await localSshd(t, { password: canary })
  server.knownAs('192.0.2.1')
  const error = await t.throwsAsync(connect('node1', login(server, canary), server), { instanceOf: ConnectError })
  t.regex(error.message, /the host key is not known/)
})

/** A node behind a jump host, which has the same password. */
async function behindJump(t: ExecutionContext, user: string) {
  const [jump, server] = [await localSshd(t, { password: canary }), await localSshd(t, { password: canary })]
  const key = user === 'root' ? `IdentityFile ${join(jump.folder, 'userkey')}` : 'PubkeyAuthentication no'
  server.configure(
    `Host jump\n  HostName 127.0.0.1\n  Port ${jump.port}\n  User ${user}\n  ${key}\n  UserKnownHostsFile ${jump.knownHosts}\n`,
  )
  return { server, destination: login(server, canary, { args: ['-o', 'ProxyJump=jump'] }) }
}

withSshd('behind a jump host the node gets its password', async t => {
  const { server, destination } = await behindJump(t, 'root')
  const node = await connect('node1', destination, server)
  t.teardown(() => node.close())
  t.is((await remote(node)`id -un`).stdout, 'pi\n')
  t.is((await remote({ name: 'node1', session: await node.openSecondSession() })`echo beside`).stdout, 'beside\n')
})

withSshd('a jump host that asks for a password does not get that of the node', async t => {
  const { server, destination } = await behindJump(t, 'pi')
  const error = await t.throwsAsync(connect('node1', destination, server), { instanceOf: ConnectError })
  t.regex(`${error.message} ${error.output}`, /Permission denied|refused/)
})

test("only the login's password is asked for, and by the process of ha-run's own ssh", t => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-askpass-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'control'))
  const { env, request } = askpassIn(join(folder, 'control'))
  const ask = (question: string, pid: string) => {
    // The shell is in the place of ssh: it is the parent of the program.
    const { stdout, stderr } = spawnSync('sh', ['-c', `HA_RUN_SSH_PID=${pid} "$SSH_ASKPASS" "$0"; true`, question], {
      env: { ...process.env, ...env },
      input: 'password\nnext\n',
      encoding: 'utf8',
    })
    return { stdout, asked: stderr.includes(request) }
  }
  for (const question of ["pi@192.168.0.1's password: ", '(pi@node1) Password: '])
    t.deepEqual(ask(question, '$$'), { stdout: 'password\n', asked: true }, question)
  for (const question of [
    "Enter passphrase for key '/root/.ssh/id_ed25519': ",
    'Are you sure you want to continue connecting (yes/no/[fingerprint])? ',
    '(pi@node1) Verification code: ',
    '(pi@node1) Password:\nand your other password: ',
    "Enter PIN for ECDSA-SK key's password",
  ])
    t.deepEqual(ask(question, '$$'), { stdout: '', asked: false }, question)
  t.deepEqual(ask("pi@192.168.0.1's password: ", '1'), { stdout: '', asked: false })
})
