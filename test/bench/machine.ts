import { cpus, release } from 'node:os'
import { missingPackages } from '../../runner/lab/host.js'
import { runLocally } from '../../runner/lab/process.js'
import { measure } from './measure.js'
import type { Machine } from './results.js'

/** The packages of the benchmark, in addition to those of a lab. */
const packages = ['ansible-core', 'nftables', 'openssh-server', 'time']

/** Installs missing packages, as `lab up --yes` does. */
export async function requireTools(say: (line: string) => void): Promise<void> {
  const query = ['dpkg-query', '--show', '--showformat=${Package} ${db:Status-Status}\\n', ...packages]
  const missing = missingPackages(packages, (await runLocally(query, { timeoutSeconds: 30, nothrow: true })).stdout)
  if (missing.length === 0) return
  say(`installing ${missing.join(', ')}`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await runLocally(['apt-get', 'update', '--quiet'], { timeoutSeconds: 300, env })
  await runLocally(['apt-get', 'install', '--yes', '--no-install-recommends', ...missing], { timeoutSeconds: 600, env })
}

/** The properties of this machine that affect the figures. */
export async function machine(signal: AbortSignal): Promise<Machine> {
  const starts: number[] = []
  while (starts.length < 5) starts.push((await measure([process.execPath, '-e', '0'], { signal })).run.seconds)
  const [ssh, ansible] = await Promise.all([
    runLocally(['ssh', '-V'], { timeoutSeconds: 10 }),
    runLocally(['ansible-playbook', '--version'], { timeoutSeconds: 30 }),
  ])
  return {
    cpus: cpus().length,
    kernel: release(),
    node: process.versions.node,
    ssh: /OpenSSH_([^ ,]+)/.exec(ssh.stderr)?.[1] ?? 'unknown',
    ansible: /core ([^\]]+)\]/.exec(ansible.stdout)?.[1] ?? 'unknown',
    startMs: Math.round(Math.min(...starts) * 1000),
  }
}
