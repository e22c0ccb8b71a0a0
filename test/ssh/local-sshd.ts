/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'

const sshd = '/usr/sbin/sshd'

/**
 * Processes of its own: what ha-run ends on a node by number, as root, can never be one of this machine's, even where
 * the number is wrong (`kill -TERM -1`).
 */
const apart = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child']

/** Why there can be no sshd of ours here; undefined where there can. */
export const noSshd = !existsSync(sshd) ? `${sshd} is missing: install openssh-server`
  : process.getuid?.() !== 0 ? 'sshd wants root'
  : spawnSync(apart[0]!, [...apart.slice(1), 'true']).status === 0 ? undefined : 'there can be no PID namespace'

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
  /** Writes the configuration anew, with more lines. */
  configure(more?: string): void
  /** Writes known_hosts anew: the server's key stands under this address, and under no other. */
  knownAs(address: string): void
}

/** A TCP port of 127.0.0.1 that nobody listens on: below those that the kernel gives to the servers of other tests. */
export const closedPort = 1

/** A TCP port of 127.0.0.1 that was free a moment ago; another test may be given the same one. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** @returns the server once it listens; undefined where the port was taken in the meantime. */
async function listening(configFile: string, port: number): Promise<ChildProcess | undefined> {
  const server = spawn(apart[0]!, [...apart.slice(1), sshd, '-D', '-e', '-f', configFile, '-p', `${port}`], { stdio: ['ignore', 'ignore', 'pipe'] })
  return new Promise((resolve, reject) => {
    let said = ''
    server.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('Server listening on')) resolve(server)
    })
    server.on('error', reject)
    server.on('close', () => said.includes('Address already in use') ? resolve(undefined) : reject(new Error(`sshd: ${said}`)))
  })
}

/** Starts an sshd, ended with the test. */
export async function localSshd(t: Pick<ExecutionContext, 'teardown'>): Promise<LocalSshd> {
  const folder = mkdtempSync('/tmp/ha-run-sshd-')
  const at = (name: string) => join(folder, name)
  for (const name of ['hostkey', 'userkey']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  mkdirSync(at('control'), { mode: 0o700 })
  writeFileSync(at('sshd_config'), `ListenAddress 127.0.0.1
HostKey ${at('hostkey')}
AuthorizedKeysFile ${at('userkey.pub')}
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
`)
  let port = await freePort()
  let server = await listening(at('sshd_config'), port)
  while (!server) {
    port = await freePort()
    server = await listening(at('sshd_config'), port)
  }
  const gone = new Promise(resolve => server.on('exit', resolve))
  t.teardown(async () => {
    // unshare takes no notice of TERM; at its end the kernel ends all that is in there.
    server.kill('SIGKILL')
    await gone
    rmSync(folder, { recursive: true, force: true })
  })
  const hostKey = readFileSync(at('hostkey.pub'), 'utf8')
  const knownAs = (address: string) => writeFileSync(at('known_hosts'), `[${address}]:${port} ${hostKey}`)
  knownAs('127.0.0.1')
  const configure = (more = '') => writeFileSync(at('config'), `${more}
Host *
  IdentityFile ${at('userkey')}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${at('known_hosts')}
  GlobalKnownHostsFile none
`)
  configure()
  const fingerprint = execFileSync('ssh-keygen', ['-l', '-f', at('hostkey.pub')], { encoding: 'utf8' }).split(' ')[1]!
  return { port, configFile: at('config'), controlDirectory: at('control'), knownHosts: at('known_hosts'), folder, fingerprint, configure, knownAs }
}
