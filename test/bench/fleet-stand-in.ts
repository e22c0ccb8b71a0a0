import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Connections } from '../../runner/engine/connections.js'
import { execute } from '../../runner/engine/execute.js'
import { schedule } from '../../runner/engine/schedule.js'
import { connect } from '../../runner/ssh/connect.js'
import { makeControlDirectory, removeControlDirectory } from '../../runner/ssh/control-directory.js'
import { fleetAddress, silentAddress } from './fleet-hosts.js'
import { standInRole } from './stand-in-role.js'

/**
 * `fleet-stand-in SSH_CONFIG CLUSTERS DEAD`: the engine's own run, with a role that stands in for real ones, on clusters of two plain hosts.
 * The second host of the first DEAD clusters does not answer. Prints the checks that were made, the most connections that were open or being
 * opened, and the most processes that it had at the same time.
 */

const forks = 20
/** How often the processes are counted. */
const sampleMs = 20

const [, , configFile = '', count = '', dead = ''] = process.argv
const clusters = Array.from({ length: Number(count) }, (_, at) => {
  const name = `c${at + 1}`
  const hosts = [fleetAddress(2 * at), at < Number(dead) ? silentAddress : fleetAddress(2 * at + 1)]
  const nodes = hosts.map((host, index) => ({ name: `${name}n${index + 1}`, connection: { host } }))
  return { name, nodes }
})
const most = { connections: 0, processes: 0 }
let open = 0
const closedOnce = new Set<unknown>()
const controlDirectory = makeControlDirectory()
const sampling = setInterval(() => {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  most.processes = Math.max(most.processes, children.split(' ').filter(Boolean).length)
}, sampleMs)
try {
  const stop = new AbortController().signal
  const connections = new Connections({
    ssh: { configFile, controlDirectory },
    forks,
    stop,
    connect: async (...args) => {
      most.connections = Math.max(most.connections, (open += 1))
      try {
        const connection = await connect(...args)
        const close = connection.close.bind(connection)
        connection.close = async () => {
          await close()
          if (!closedOnce.has(connection)) open -= 1
          closedOnce.add(connection)
        }
        return connection
      } catch (error) {
        open -= 1
        throw error
      }
    },
  })
  const { ok, unreachable } = await execute(
    clusters.map(cluster => {
      const selected = new Set(cluster.nodes.map(({ name }) => name))
      return { cluster, scheduled: schedule(cluster, [{ role: standInRole, selected }]) }
    }),
    {
      run: randomBytes(4).toString('hex'),
      started: performance.timeOrigin,
      check: false,
      lock: false,
      connections,
      stop,
      reporter: { report: () => {}, close: () => Promise.resolve() },
      abandon: stop,
      consent: { outage: false, purge: false },
    },
  )
  process.stdout.write(JSON.stringify({ checks: ok, unreachable, ...most }))
} finally {
  clearInterval(sampling)
  removeControlDirectory(controlDirectory)
}
