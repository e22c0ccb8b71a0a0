import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import PQueue from 'p-queue'
import { ensureKey, writeAccess } from '../../runner/lab/access.js'
import { inGroup, makeGroup, machineGroup } from '../../runner/lab/cgroup.js'
import { labOf, type Lab, type LabNode } from '../../runner/lab/names.js'
import { inNode, makeBridge, makeCable } from '../../runner/lab/network.js'
import { waitForSsh } from '../../runner/lab/node.js'
import { runCommands } from '../../runner/lab/process.js'
import { down } from '../../runner/lab/index.js'
import { bareAccount } from '../ssh/bare-account.js'

/**
 * Plain hosts: each a network namespace with an sshd of this machine's own, and nothing else. They stand on a lab's
 * network and in its control groups, and so go with `lab down` as a lab does.
 */
export async function withSshHosts<T>(count: number, signal: AbortSignal, work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = labOf('benchhosts', count)
  const remove = () => down({ name: lab.name, report: () => {} })
  await remove()
  try {
    await build(lab, signal)
    return await work(lab)
  } finally {
    await remove()
  }
}

async function build(lab: Lab, signal: AbortSignal): Promise<void> {
  await mkdir(lab.dir, { recursive: true })
  await ensureKey(lab.name, 'key')
  const hostKey = await ensureKey(lab.name, 'host_key')
  await writeFile(
    join(lab.dir, 'sshd_config'),
    `HostKey ${join(lab.dir, 'host_key')}
AuthorizedKeysFile ${join(lab.dir, 'key.pub')}
PermitRootLogin yes
PidFile none
StrictModes no
UsePAM no
`,
  )
  const withBareAccount = bareAccount(lab.dir)
  await mkdir('/run/sshd', { recursive: true })
  await makeBridge(lab)
  const queue = new PQueue({ concurrency: 4 })
  const started = await Promise.allSettled(
    lab.nodes.map(node =>
      queue.add(async () => {
        signal.throwIfAborted()
        await start(lab, node, withBareAccount)
      }),
    ),
  )
  const failure = started.find(result => result.status === 'rejected')
  if (failure) throw failure.reason
  await writeAccess(lab, new Map(lab.nodes.map(node => [node, hostKey])), 'root')
}

async function start(lab: Lab, node: LabNode, withBareAccount: string): Promise<void> {
  await makeCable(node)
  await runCommands([
    inNode(node, ['ip', 'link', 'set', 'lo', 'up']),
    inNode(node, ['ip', 'address', 'add', `${node.address}/${lab.network.prefixLength}`, 'dev', 'eth0']),
    inNode(node, ['ip', 'link', 'set', 'eth0', 'up']),
  ])
  // Processes of its own: what ha-run ends on a host by number can never be one of this machine's.
  const sshd = [
    'unshare',
    '--pid',
    '--fork',
    '--mount-proc',
    '--kill-child',
    'sh',
    '-c',
    `${withBareAccount} && exec /usr/sbin/sshd -D -f ${join(lab.dir, 'sshd_config')}`,
  ]
  const [program = '', ...words] = inGroup(await makeGroup(machineGroup(node)), inNode(node, sshd))
  spawn(program, words, { stdio: 'ignore', detached: true }).unref()
  await waitForSsh(node)
}
