import { randomBytes } from 'node:crypto'
import { Connections } from '../../runner/engine/connections.js'
import { execute } from '../../runner/engine/execute.js'
import { schedule } from '../../runner/engine/schedule.js'
import type { Role } from '../../runner/tasks/role.js'
import { task } from '../../runner/tasks/task.js'
import { fact } from '../../runner/facts/fact.js'
import { fileState, fileText } from '../../runner/facts/files.js'
import { packageState } from '../../runner/facts/packages.js'
import { labOf } from '../../runner/lab/names.js'
import { makeControlDirectory, removeControlDirectory } from '../../runner/ssh/control-directory.js'

/**
 * `stand-in LAB COUNT`: the engine's own run, with a role that stands in for real ones, on the first COUNT plain hosts. A
 * separate process, so that its time and memory are those of the runner for that number of hosts.
 */

const paths = ['/etc/hostname', '/etc/hosts', '/etc/passwd', '/etc/debian_version', '/etc/ssh/ssh_config']

/** Ten tasks that check files, packages and the kernel, and find no difference. */
const role: Role = {
  name: 'stand-in',
  tasks: () => [
    ...paths.map(path =>
      task(`state of ${path}`, { check: async ({ read }) => found(path, await read(fileState(path))), apply }),
    ),
    ...paths
      .slice(0, 2)
      .map(path =>
        task(`text of ${path}`, { check: async ({ read }) => found(path, await read(fileText(path))), apply }),
      ),
    ...['openssh-server', 'dpkg'].map(name =>
      task(`package ${name}`, {
        check: async ({ read }) => found(name, (await read(packageState(name))).version),
        apply,
      }),
    ),
    task('kernel', {
      check: async ({ read }) => found('kernel', await read(fact('kernel', 'uname -r', ({ stdout }) => stdout.trim()))),
      apply,
    }),
  ],
}

function found(subject: string, value: unknown) {
  return value === undefined || value === '' ? [{ subject, from: undefined, to: 'there' }] : []
}

async function apply(): Promise<void> {
  throw new Error('a stand-in changes nothing')
}

const [, , name = '', count = ''] = process.argv
const lab = labOf(name, Number(count))
const controlDirectory = makeControlDirectory()
try {
  const nodes = lab.nodes.map(node => ({ name: node.name, connection: { host: node.address } }))
  const stop = new AbortController().signal
  const connections = new Connections({ ssh: { configFile: lab.sshConfig, controlDirectory }, forks: 20, stop })
  connections.start(nodes)
  const cluster = { name, nodes }
  const { ok } = await execute(
    [{ cluster, scheduled: schedule(cluster, [{ role, selected: new Set(nodes.map(node => node.name)) }]) }],
    {
      run: randomBytes(4).toString('hex'),
      started: performance.timeOrigin,
      check: false,
      lock: false,
      connections,
      stop,
      reporter: { report: () => {}, close: () => Promise.resolve() },
      abandon: new AbortController().signal,
      consent: { outage: false, purge: false },
    },
  )
  process.stdout.write(`${ok} checks\n`)
} finally {
  removeControlDirectory(controlDirectory)
}
