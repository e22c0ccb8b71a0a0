import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { ConnectError } from '../../runner/errors.js'
import { connect } from '../../runner/ssh/connect.js'
import { remote } from '../../runner/ssh/remote.js'
import { localSshd, noSshd } from './local-sshd.js'

/** Logins and sessions of a real sshd that end without a shell, or too early: each error names the cause and keeps what the node printed. */

const withSshd = noSshd === undefined ? test : test.skip
if (noSshd !== undefined) test(`what needs a real sshd is left out: ${noSshd}`, t => t.pass())

interface Ended {
  message: string
  hint: string
  /** What the node printed. */
  output: string
}

/** The error of a login by a key with these options in authorized_keys. */
async function loginWith(t: ExecutionContext, keyOptions: string): Promise<ConnectError> {
  const server = await localSshd(t)
  const key = join(server.folder, 'userkey.pub')
  writeFileSync(key, `${keyOptions} ${readFileSync(key, 'utf8')}`)
  return t.throwsAsync(connect('node1', { host: '127.0.0.1', port: server.port }, server), { instanceOf: ConnectError })
}

const forced = test.macro(async (t, keyOptions: string, { message, hint, output }: Ended) => {
  const error = await loginWith(t, keyOptions)
  t.is(error.message, `node1: ${message}`)
  t.true(error.hint?.includes(hint), error.hint)
  t.is(error.output, output)
})

withSshd('a forced command', forced, `command="echo backup: nothing to do"`, {
  message: 'the login runs another command than that of ha-run',
  hint: 'ForceCommand',
  output: 'backup: nothing to do',
})

withSshd('a login shell that is nologin', forced, `command="/usr/sbin/nologin"`, {
  message: 'the login shell is nologin',
  hint: 'chsh',
  output: 'This account is currently not available.',
})

withSshd('a user who may only use sftp', forced, `command="internal-sftp"`, {
  message: 'sshd allows this user only sftp',
  hint: 'sftp',
  output: 'This service allows sftp connections only.',
})

withSshd('a shell that closes at once, after a message', forced, `command="echo no room >&2; exit 3"`, {
  message: 'the login has ended with exit code 3, before there was a shell',
  hint: '/bin/false',
  output: 'no room',
})

/** The error of a command during which `end` happens to its session. */
async function endedBy(t: ExecutionContext, end: string): Promise<ConnectError> {
  const node = await connect('node1', ...(await destination(t)))
  t.teardown(() => node.close())
  return t.throwsAsync(remote(node).script(`${end}; sleep 1`), { instanceOf: ConnectError })
}

async function destination(
  t: ExecutionContext,
): Promise<[{ host: string; port: number }, Parameters<typeof connect>[2]]> {
  const server = await localSshd(t)
  return [{ host: '127.0.0.1', port: server.port }, server]
}

withSshd('the shell is killed on the node', async t => {
  const error = await endedBy(t, 'kill -KILL $(ps -o ppid= -p $PPID)')
  t.is(error.message, 'node1: the connection was lost')
  t.regex(error.hint ?? '', /journal/)
})

withSshd('sshd is stopped', async t => {
  const error = await endedBy(t, 'kill -KILL $(ps -o ppid= -p $(ps -o ppid= -p $PPID))')
  t.is(error.message, 'node1: the connection was lost: sshd has closed it')
  t.regex(error.hint ?? '', /shut down/)
})
