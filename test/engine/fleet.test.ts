/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { setImmediate as turn } from 'node:timers/promises'
import test from 'ava'
import PQueue from 'p-queue'
import type { Connections } from '../../runner/engine/connections.js'
import { execute } from '../../runner/engine/execute.js'
import { beginningAtOnce, HostPlaces, stallMs } from '../../runner/engine/host-places.js'
import { schedule } from '../../runner/engine/schedule.js'
import type { NodeLike } from '../../runner/tasks/member.js'
import { task } from '../../runner/tasks/task.js'
import { FakeClock } from '../fake-clock.js'
import { noConsent } from './cluster.js'

const never = new AbortController().signal

/** Runs so many clusters of two nodes, and counts their open connections. */
async function runFleet(clusters: number, forks: number) {
  const open = new Set<NodeLike>()
  const counts = { most: 0, total: 0, forgotten: 0 }
  const connections = {
    queue: new PQueue({ concurrency: forks }),
    to: async (node: NodeLike) => {
      open.add(node)
      counts.total += 1
      counts.most = Math.max(counts.most, open.size)
      await turn()
      const session = {
        run: async ({ scripts }: { scripts: string[] }) => {
          await turn()
          return scripts.map(() => ({ exitCode: 0, stdout: '', stderr: '', timedOut: false }))
        },
      }
      const close = async () => {
        await turn()
        open.delete(node)
      }
      return { connection: { name: node.name, session, close } }
    },
    forget: (nodes: NodeLike[]) => {
      counts.forgotten += new Set(nodes).size
    },
  } as unknown as Connections
  const reads = task('reads', {
    check: async ({ read }) => read({ family: { name: 'x', script: () => 'x', parse: () => [[]] }, argument: '' }),
    apply: () => Promise.resolve(),
  })
  const order: string[] = []
  await execute(
    Array.from({ length: clusters }, (_, at) => {
      const nodes = ['a', 'b'].map(name => ({ name: `c${at}${name}`, connection: { host: name } }))
      const cluster = { name: `c${at}`, nodes }
      const selected = new Set(nodes.map(({ name }) => name))
      return { cluster, scheduled: schedule(cluster, [{ role: { name: 'r', tasks: () => [reads] }, selected }]) }
    }),
    {
      run: 'r',
      started: 0,
      check: false,
      lock: false,
      connections,
      reporter: {
        report: event => {
          if (event.event === 'task' && event.host?.endsWith('a')) order.push(event.host)
        },
        close: () => Promise.resolve(),
      },
      stop: never,
      abandon: never,
      consent: noConsent,
    },
  )
  return { counts, order }
}

test('a fleet has no more open connections than --forks, and the clusters are in order', async t => {
  const { counts, order } = await runFleet(30, 6)
  t.deepEqual(counts, { most: 6, total: 60, forgotten: 60 })
  t.deepEqual(
    order,
    Array.from({ length: 30 }, (_, at) => `c${at}a`),
  )
})

test('a cluster with more nodes than --forks runs alone', async t => {
  const { counts } = await runFleet(4, 1)
  t.is(counts.most, 2)
})

/** Clusters that wait for a dead host until the returned function is called, and how many have begun. */
function deadClusters(count: number, total: number) {
  const clock = new FakeClock()
  const places = new HostPlaces(total, clock)
  const state = { begun: 0, working: 0, mostWorking: 0 }
  let end = () => {}
  const dead = new Promise<void>(resolve => (end = resolve))
  const all = Promise.all(
    Array.from({ length: count }, async () =>
      places.during(2, async ({ whileConnecting }) => {
        state.begun += 1
        await whileConnecting([Promise.resolve(), dead])
        state.working += 1
        state.mostWorking = Math.max(state.mostWorking, state.working)
        await turn()
        state.working -= 1
      }),
    ),
  )
  return { clock, state, all, end }
}

test('twenty clusters with a dead host each wait for it together', async t => {
  const { clock, state, all, end } = deadClusters(20, 20)
  await turn()
  t.is(state.begun, 10)
  clock.pass(stallMs)
  await turn()
  t.is(state.begun, 20)
  end()
  await all
  t.true(state.mostWorking <= 10, `${state.mostWorking} clusters at work at once`)
})

test('clusters that connect slowly, all of them, give no place away', async t => {
  const clock = new FakeClock()
  const places = new HostPlaces(4, clock)
  let begun = 0
  let end = () => {}
  const slow = new Promise<void>(resolve => (end = resolve))
  const all = Promise.all(
    Array.from({ length: 4 }, async () =>
      places.during(2, async ({ whileConnecting }) => {
        begun += 1
        await whileConnecting([slow, slow])
      }),
    ),
  )
  await turn()
  clock.pass(5 * stallMs)
  await turn()
  t.is(begun, 2)
  end()
  await all
})

test('a hundred clusters with a dead host each have no more than twice --forks hosts', async t => {
  const { clock, state, all, end } = deadClusters(100, 20)
  for (let waits = 0; waits < 5; waits += 1) {
    await turn()
    clock.pass(stallMs)
  }
  t.is(state.begun, 20)
  end()
  await all
  t.is(state.begun, 100)
})

test('the clusters that begin at once are those whose hosts fit', t => {
  t.is(beginningAtOnce([2, 2, 2], 20), 3)
  t.is(beginningAtOnce([2, 2, 2], 5), 2)
  t.is(beginningAtOnce([64, 2], 20), 1)
  t.is(beginningAtOnce([], 20), 0)
})
