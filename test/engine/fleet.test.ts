/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import test from 'ava'
import { Connections } from '../../runner/engine/connections.js'
import { execute } from '../../runner/engine/execute.js'
import { Fleet, lateMs } from '../../runner/engine/fleet.js'
import { beginningAtOnce } from '../../runner/engine/host-places.js'
import { schedule } from '../../runner/engine/schedule.js'
import { ConnectError } from '../../runner/errors.js'
import type { NodeConnection } from '../../runner/ssh/node-connection.js'
import { task } from '../../runner/tasks/task.js'
import { FakeClock } from '../fake-clock.js'
import { noConsent } from './cluster.js'

const never = new AbortController().signal
// Each cluster listens.
setMaxListeners(0, never)
/** When an attempt to connect to a dead host fails. */
const timeoutMs = 10_000
/** The clock advances in such steps while nothing is going on but waiting. */
const stepMs = 100

/** How long it takes to connect to a host, the first time or again. */
type Delay = (host: string, isFirst: boolean) => number
const dead = Infinity

/** Connections that take time on a clock of their own, and how many are open or being opened at the same time. */
function fakeConnections(forks: number, delay: Delay) {
  const clock = new FakeClock()
  const counts = { open: 0, connecting: 0, most: 0, attempts: 0 }
  const known = new Set<string>()
  const session = {
    run: async ({ scripts }: { scripts: string[] }) => {
      await turn()
      return scripts.map(() => ({ exitCode: 0, stdout: '', stderr: '', timedOut: false }))
    },
  }
  const controlDirectory = mkdtempSync('/tmp/ha-run-')
  const connections = new Connections({
    ssh: { controlDirectory, configFile: '/dev/null' },
    forks,
    stop: never,
    connect: async (name, _, { abandon }) => {
      counts.attempts += 1
      counts.connecting += 1
      counts.most = Math.max(counts.most, (counts.open += 1))
      const ms = delay(name, !known.has(name))
      known.add(name)
      const isConnected = await new Promise<boolean>(resolve => {
        abandon!.addEventListener('abort', () => resolve(false))
        if (ms === 0) resolve(true)
        else clock.after(Math.min(ms, timeoutMs), () => resolve(ms < timeoutMs))
      })
      counts.connecting -= 1
      let isOpen = true
      const close = async () => {
        await turn()
        if (isOpen) counts.open -= 1
        isOpen = false
      }
      if (isConnected) return { name, session, close } as unknown as NodeConnection
      await close()
      throw new ConnectError(`${name}: no answer`)
    },
  })
  /** Lets the clock run until the work has ended. @returns how long that took. */
  const until = async (work: Promise<unknown>): Promise<number> => {
    const state = { isOver: false }
    const end = () => (state.isOver = true)
    void work.then(end, end)
    while (!state.isOver) {
      // An attempt that makes its directory, or a frame that is being answered.
      do for (let turns = 0; turns < 40; turns += 1) await turn()
      while (connections.queue.pending !== counts.connecting)
      for (const before = clock.timers; !state.isOver && clock.timers > 0 && clock.timers >= before;) clock.pass(stepMs)
    }
    rmSync(controlDirectory, { recursive: true })
    await work
    return clock.now()
  }
  return { connections, clock, counts, until }
}

interface FleetOptions {
  forks?: number
  delay?: Delay
  /** The nodes of each cluster, a letter each. */
  nodes?: string
}

/** Runs a task on so many clusters, with names such as `c1`, of nodes such as `c1a`. */
async function runFleet(clusters: number, { forks = 20, delay = () => 0, nodes = 'ab' }: FleetOptions = {}) {
  const { connections, clock, counts, until } = fakeConnections(forks, delay)
  const reads = task('reads', {
    check: async ({ read }) => read({ family: { name: 'x', script: () => 'x', parse: () => [[]] }, argument: '' }),
    apply: () => Promise.resolve(),
  })
  const events: string[] = []
  const ms = await until(
    execute(
      Array.from({ length: clusters }, (_, at) => {
        const hosts = nodes.split('').map(name => ({ name: `c${at + 1}${name}`, connection: { host: name } }))
        const cluster = { name: `c${at + 1}`, nodes: hosts }
        const selected = new Set(hosts.map(({ name }) => name))
        return { cluster, scheduled: schedule(cluster, [{ role: { name: 'r', tasks: () => [reads] }, selected }]) }
      }),
      {
        run: 'r',
        started: 0,
        check: false,
        lock: false,
        connections,
        clock,
        reporter: {
          report: event => {
            if (event.event === 'task' || event.event === 'error') events.push(`${event.host} ${event.status}`)
            if (event.event === 'cluster-postponed' || event.event === 'cluster-end')
              events.push(`${event.cluster} ${event.event}`)
          },
          close: () => Promise.resolve(),
        },
        stop: never,
        abandon: never,
        consent: noConsent,
      },
    ),
  )
  return { counts, ms, events, countOf: (what: string) => events.filter(event => event.endsWith(` ${what}`)).length }
}

test('a fleet has no more open connections than --forks, connects once to each host, and ends the clusters in order', async t => {
  const { counts, events } = await runFleet(30, { forks: 6 })
  t.deepEqual(counts, { open: 0, connecting: 0, most: 6, attempts: 60 })
  t.deepEqual(
    events.filter(event => event.includes('end')),
    Array.from({ length: 30 }, (_, at) => `c${at + 1} cluster-end`),
  )
})

test('a cluster with more nodes than --forks runs alone', async t => {
  const { counts, countOf } = await runFleet(4, { forks: 3, nodes: 'abcde' })
  t.deepEqual(counts, { open: 0, connecting: 0, most: 5, attempts: 20 })
  t.is(countOf('ok'), 20)
})

test('a dead host in each of twenty clusters costs one time-out, and no more places than --forks', async t => {
  const { counts, ms, countOf } = await runFleet(20, { delay: host => (host.endsWith('b') ? dead : 0) })
  t.is(counts.most, 20)
  t.deepEqual([countOf('unreachable'), countOf('ok'), countOf('cluster-postponed')], [20, 20, 20])
  t.true(ms < timeoutMs + 2 * lateMs + 10 * stepMs, `${ms} ms`)
})

test('of 100 clusters, those without a dead host do not wait for the others', async t => {
  const isDead = (host: string) => /^c\d*[05]b$/.test(host)
  const { counts, ms, countOf, events } = await runFleet(100, { delay: host => (isDead(host) ? dead : 0) })
  t.is(counts.most, 20)
  t.deepEqual([countOf('unreachable'), countOf('ok')], [20, 180])
  t.true(ms < timeoutMs + 4 * lateMs, `${ms} ms`)
  t.true(events.indexOf('c99 cluster-end') < events.findIndex(event => event.endsWith('unreachable')))
})

test('a hundred dead hosts cost five time-outs with twenty forks', async t => {
  const { counts, ms } = await runFleet(100, { delay: host => (host.endsWith('b') ? dead : 0) })
  t.is(counts.most, 20)
  t.true(ms < 5 * timeoutMs + 10 * lateMs + 20 * stepMs, `${ms} ms`)
})

test('a host that is late and answers is worked on in the end', async t => {
  const late = ({ first, again }: { first: number; again: number }) =>
    runFleet(30, { forks: 4, delay: (host, isFirst) => (host === 'c3b' ? (isFirst ? first : again) : 0) })
  for (const again of [0, 5000]) {
    const { counts, countOf, events } = await late({ first: 5000, again })
    t.is(counts.most, 4)
    t.deepEqual([countOf('ok'), countOf('unreachable'), countOf('cluster-postponed')], [60, 0, 1])
    t.is(events.at(-1), 'c3 cluster-end')
    // The host that answered at once is connected twice, the late one three times.
    t.is(counts.attempts, 63)
  }
})

test('if no other cluster waits, and where all hosts are slow, nothing is postponed', async t => {
  const few = await runFleet(10, { delay: host => (host.endsWith('b') ? dead : 0) })
  t.deepEqual([few.countOf('cluster-postponed'), few.countOf('unreachable')], [0, 10])
  const slow = await runFleet(30, { delay: host => (host.endsWith('a') ? 3000 : 8000) })
  t.deepEqual([slow.countOf('cluster-postponed'), slow.countOf('ok'), slow.counts.attempts], [0, 60, 60])
})

test('an error of the work frees its places', async t => {
  const { connections, clock, until } = fakeConnections(2, () => 0)
  const fleet = new Fleet(connections, 2, clock)
  const observer = { started: () => {}, postponed: () => t.fail() }
  const hosts = (name: string) => [{ name, connection: { host: name } }]
  const failing = fleet.during(hosts('a'), () => Promise.reject(new Error('defect')), observer)
  await until(Promise.allSettled([failing, ...['b', 'c'].map(async name => fleet.during(hosts(name), turn, observer))]))
  await t.throwsAsync(failing, { message: 'defect' })
})

test('the clusters that begin at once are those whose hosts fit', t => {
  t.is(beginningAtOnce([2, 2, 2], 20), 3)
  t.is(beginningAtOnce([2, 2, 2], 5), 2)
  t.is(beginningAtOnce([64, 2], 20), 1)
  t.is(beginningAtOnce([], 20), 0)
})
