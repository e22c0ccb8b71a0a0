import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bareAccount } from '../ssh/bare-account.js'

/** The port of all hosts; their addresses are of this machine's loopback interface alone. */
const port = 22_022

/** The address of a host; from 0. */
export function fleetAddress(index: number): string {
  return `127.64.${index >> 8}.${index & 255}`
}

/** An address that takes connections and never answers, as a machine that hangs. */
export const silentAddress = '127.65.0.1'

/**
 * Many plain hosts: each an sshd of this machine with an address of its own, and nothing else. They have no network namespaces, of which
 * some hundreds take minutes. All are in one PID namespace: what ha-run ends on a host by number can never be one of this machine's.
 *
 * @param work - called with an ssh configuration that knows them.
 */
export async function withFleetHosts<T>(
  count: number,
  signal: AbortSignal,
  work: (sshConfig: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync('/tmp/ha-run-fleet-')
  const at = (name: string) => join(folder, name)
  for (const name of ['host_key', 'key']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
  mkdirSync('/run/sshd', { recursive: true })
  writeFileSync(
    at('sshd_config'),
    `Port ${port}
HostKey ${at('host_key')}
AuthorizedKeysFile ${at('key.pub')}
PermitRootLogin yes
PidFile none
StrictModes no
UsePAM no
`,
  )
  writeFileSync(at('known_hosts'), `[127.64.*]:${port} ${readFileSync(at('host_key.pub'), 'utf8')}`)
  writeFileSync(
    at('config'),
    `Host *
  Port ${port}
  User root
  IdentityFile ${at('key')}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${at('known_hosts')}
  GlobalKnownHostsFile none
`,
  )
  writeFileSync(at('addresses'), Array.from({ length: count }, (_, index) => `${fleetAddress(index)}\n`).join(''))
  const start = `${bareAccount(folder)}
while read -r address; do /usr/sbin/sshd -D -f ${at('sshd_config')} -o ListenAddress=$address & done <${at('addresses')}
wait`
  const servers = spawn('unshare', ['--pid', '--fork', '--mount-proc', '--kill-child', 'sh', '-c', start], {
    stdio: 'ignore',
  })
  const gone = new Promise(resolve => servers.on('exit', resolve))
  const silent = createServer({ pauseOnConnect: true }).listen(port, silentAddress)
  try {
    for (let index = 0; index < count; index += 1) {
      while (!(await answers(fleetAddress(index)))) {
        signal.throwIfAborted()
        await sleep(200)
      }
    }
    return await work(at('config'))
  } finally {
    silent.close()
    servers.kill('SIGKILL')
    await gone
    rmSync(folder, { recursive: true, force: true })
  }
}

async function answers(address: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, address)
    const end = (isUp: boolean) => () => {
      socket.destroy()
      resolve(isUp)
    }
    socket.on('connect', end(true)).on('error', end(false))
  })
}
