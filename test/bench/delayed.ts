import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../../runner/lab/index.js'
import { inLab } from '../../runner/lab/network.js'

/** Milliseconds that the delaying proxy adds to a round trip. */
export const addedRoundTrip = 20

const proxy = fileURLToPath(new URL('delay-proxy.js', import.meta.url))

/** Works with a lab whose nodes are reached with a delay, through the ssh configuration that the work is given. `roundTripMs` is added. */
export async function delayed<T>(
  lab: Lab,
  work: (sshConfig: string) => Promise<T>,
  roundTripMs = addedRoundTrip,
): Promise<T> {
  const ports = new Map(lab.nodes.map(({ address }, at) => [address, 20_000 + at]))
  const routes = [...ports].map(([address, port]) => `${port}=${address}:22`)
  const [program = '', ...words] = inLab(lab.name, [process.execPath, proxy, String(roundTripMs / 2), ...routes])
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  const gone = new Promise<void>(resolve => child.on('exit', () => resolve()))
  try {
    await Promise.race([
      new Promise(resolve => child.stdout.once('data', resolve)),
      gone.then(() => {
        throw new Error('the delaying proxy did not start')
      }),
    ])
    const config = join(lab.dir, 'ssh_config.delayed')
    await writeFile(config, delayedConfig(await readFile(lab.sshConfig, 'utf8'), ports))
    return await work(config)
  } finally {
    child.stdin.end()
    await gone
  }
}

/** The lab's ssh configuration, with the proxy's port in place of each node's address. */
export function delayedConfig(sshConfig: string, ports: Map<string, number>): string {
  return sshConfig
    .split('\n\n')
    .map(block => {
      const address = /^\s*HostName (\S+)$/m.exec(block)?.[1] ?? ''
      return block.replace('TCP:%h:%p', `TCP:127.0.0.1:${ports.get(address)}`)
    })
    .join('\n\n')
}
