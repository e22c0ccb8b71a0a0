import { randomBytes } from 'node:crypto'
import { Connections } from '../../runner/engine/connections.js'
import { execute } from '../../runner/engine/execute.js'
import { schedule } from '../../runner/engine/schedule.js'
import { labOf } from '../../runner/lab/names.js'
import { standInRole } from './stand-in-role.js'
import { makeControlDirectory, removeControlDirectory } from '../../runner/ssh/control-directory.js'

/**
 * `stand-in LAB COUNT`: the engine's own run, with a role that stands in for real ones, on the first COUNT plain hosts. A
 * separate process, so that its time and memory are those of the runner for that number of hosts.
 */

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
    [
      {
        cluster,
        scheduled: schedule(cluster, [{ role: standInRole, selected: new Set(nodes.map(node => node.name)) }]),
      },
    ],
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
