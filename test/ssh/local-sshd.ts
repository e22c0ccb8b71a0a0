/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { bareAccount } from './bare-account.js'

const sshd = '/usr/sbin/sshd'

/**
 * A PID namespace: a process that ha-run terminates on a node by its number, as root, can never be one of this machine's, even
 * if the number is wrong (`kill -TERM -1`).
 */
const isolated = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child']

/** The reason why a test cannot start sshd on this machine; undefined if it can. */
export const noSshd = !existsSync(sshd)
  ? `${sshd} is missing: install openssh-server`
  : process.getuid?.() !== 0
    ? 'sshd requires root'
    : spawnSync(isolated[0]!, [...isolated.slice(1), 'true']).status === 0
      ? undefined
      : 'PID namespaces are not available'

/** A server on 127.0.0.1 with keys of its own, and a client's configuration that knows it. */
export interface LocalSshd {
  port: number
  /** For `-F`. */
  configFile: string
  /** For control sockets. */
  controlDirectory: string
  knownHosts: string
  folder: string
  /** `SHA256:…` of the server's key. */
  fingerprint: string
  /** Rewrites the configuration, with more lines. */
  configure(more?: string): void
  /** Rewrites known_hosts: it has the server's key under this address only. */
  knownAs(address: string): void
}

/** A closed TCP port of 127.0.0.1: below those that the kernel gives to the servers of other tests. */
export const closedPort = 1

/** A TCP port of 127.0.0.1 that was free a moment ago; another test may be given the same one. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** @returns the server once it listens; undefined if the port was taken in the meantime. */
async function listening(folder: string, mounts: string[], port: number): Promise<ChildProcess | undefined> {
  // The mounts are in the namespace alone.
  const serve = `exec ${sshd} -D -e -f ${join(folder, 'sshd_config')} -p ${port}`
  const command = [...mounts, serve].join(' && ')
  const server = spawn(isolated[0]!, [...isolated.slice(1), 'sh', '-c', command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    let output = ''
    server.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('Server listening on')) resolve(server)
    })
    server.on('error', reject)
    server.on('close', () =>
      output.includes('Address already in use') ? resolve(undefined) : reject(new Error(`sshd: ${output}`)),
    )
  })
}

/**
 * Starts an sshd, which is stopped with the test.
 *
 * @param password - lets a user `pi` in with this password; the user exists for this server alone.
 */
export async function localSshd(
  t: Pick<ExecutionContext, 'teardown'>,
  { password }: { password?: string } = {},
): Promise<LocalSshd> {
  const folder = mkdtempSync('/tmp/ha-run-sshd-')
  const at = (name: string) => join(folder, name)
  for (const name of ['hostkey', 'userkey'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  mkdirSync(at('control'), { mode: 0o700 })
  writeFileSync(
    at('sshd_config'),
    `ListenAddress 127.0.0.1
HostKey ${at('hostkey')}
AuthorizedKeysFile ${at('userkey.pub')}
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication ${password === undefined ? 'no' : 'yes'}
KbdInteractiveAuthentication no
`,
  )
  const mounts = [bareAccount(folder, password === undefined ? '' : 'pi:x:65533:65533::/:/bin/sh\n')]
  if (password !== undefined) {
    const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim()
    const shadow = readFileSync('/etc/shadow', 'utf8')
    writeFileSync(at('shadow'), `${shadow}pi:${hash}:19000:0:99999:7:::\n`, { mode: 0o600 })
    mounts.push(`mount --bind ${at('shadow')} /etc/shadow`)
    // For the keys of the user: sshd reads them as the user.
    chmodSync(folder, 0o711)
  }
  let port = await freePort()
  let server = await listening(folder, mounts, port)
  while (!server) {
    port = await freePort()
    server = await listening(folder, mounts, port)
  }
  const gone = new Promise(resolve => server.on('exit', resolve))
  t.teardown(async () => {
    // unshare ignores TERM; when it ends, the kernel kills all processes in the namespace.
    server.kill('SIGKILL')
    await gone
    rmSync(folder, { recursive: true, force: true })
  })
  const hostKey = readFileSync(at('hostkey.pub'), 'utf8')
  const knownAs = (address: string) => writeFileSync(at('known_hosts'), `[${address}]:${port} ${hostKey}`)
  knownAs('127.0.0.1')
  const configure = (more = '') =>
    writeFileSync(
      at('config'),
      `${more}
Host *
  IdentityFile ${at('userkey')}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${at('known_hosts')}
  GlobalKnownHostsFile none
`,
    )
  configure()
  const fingerprint = execFileSync('ssh-keygen', ['-l', '-f', at('hostkey.pub')], { encoding: 'utf8' }).split(' ')[1]!
  return {
    port,
    configFile: at('config'),
    controlDirectory: at('control'),
    knownHosts: at('known_hosts'),
    folder,
    fingerprint,
    configure,
    knownAs,
  }
}
