/* oxlint-disable typescript/no-unsafe-type-assertion -- a stand-in has what the code under test reads of it */
import { EventEmitter, once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import test from 'ava'
import PQueue from 'p-queue'
import { ClusterRun } from '../../runner/engine/cluster-run.js'
import { schedule } from '../../runner/engine/schedule.js'
import type { Fact } from '../../runner/facts/fact.js'
import type { NodeConnection } from '../../runner/ssh/node-connection.js'
import { Member, type ClusterLike } from '../../runner/tasks/member.js'
import { task, type ClusterTask, type NodeTask, type Task } from '../../runner/tasks/task.js'
import { FakeClock } from '../fake-clock.js'
import { noConsent } from './cluster.js'

/** Counts what goes on at the same time, and the most of it. */
class Gauge {
  most = 0
  total = 0
  #now = 0

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.most = Math.max(this.most, (this.#now += 1))
    this.total += 1
    try {
      return await work()
    } finally {
      this.#now -= 1
    }
  }
}

/** A run of these tasks on hosts that answer every question with an empty text after some turns. */
async function runOn(count: number, forks: number, tasks: () => Task[]): Promise<{ frames: Gauge }> {
  const frames = new Gauge()
  const cluster: ClusterLike = {
    name: 'c',
    nodes: Array.from({ length: count }, (_, at) => ({ name: `n${at}`, connection: { host: `n${at}` } })),
  }
  const session = {
    run: async ({ scripts }: { scripts: string[] }) =>
      frames.during(async () => {
        for (let turns = 0; turns < 5; turns += 1) await turn()
        return scripts.map(() => ({
          exitCode: 0,
          stdout: '',
          stderr: '',
          signal: null,
          timedOut: false,
          truncated: false,
        }))
      }),
  }
  const members = cluster.nodes.map(node => new Member(node, { name: node.name, session } as unknown as NodeConnection))
  const scheduled = schedule(cluster, [
    { role: { name: 'r', tasks }, selected: new Set(cluster.nodes.map(({ name }) => name)) },
  ])
  await new ClusterRun('c', members, scheduled, {
    check: false,
    stop: new AbortController().signal,
    run: 'test',
    abandon: new AbortController().signal,
    consent: noConsent,
    allAtOnce: count <= forks,
    queue: new PQueue({ concurrency: forks }),
    clock: new FakeClock(),
    report: () => {},
  }).run()
  return { frames }
}

const fact = (name: string): Fact<string> => ({ family: { name, script: () => name, parse: () => [''] }, argument: '' })
const [one, other] = [fact('one'), fact('other')]

/** A task of each node that reads a fact, and a task of the cluster that reads one of all members. */
function reading(checks: Gauge): [NodeTask, ClusterTask] {
  return [
    task('of the node', {
      check: async ({ read }) => checks.during(async () => read(one).then(() => [])),
      apply: () => Promise.resolve(),
    }),
    {
      scope: 'cluster',
      name: 'of the cluster',
      apply: () => Promise.resolve(),
      check: async ({ members }) => Promise.all(members.map(async ({ read }) => read(other))).then(() => []),
    },
  ]
}

test('--forks bounds the checks of 64 hosts, and what a task of the cluster reads of them', async t => {
  const checks = new Gauge()
  const { frames } = await runOn(64, 4, () => reading(checks))
  t.deepEqual([checks.most, checks.total], [4, 64])
  t.true(frames.most <= 4, `${frames.most} hosts at once`)
})

test('with no more hosts than forks, all checks travel together', async t => {
  const checks = new Gauge()
  const { frames } = await runOn(2, 4, () => reading(checks))
  t.is(checks.most, 2)
  t.deepEqual([frames.most, frames.total], [2, 2], 'one frame a host')
})

test('with one fork, a check that reads twice and a task of the cluster that changes something finish', async t => {
  let isDone = false
  const { frames } = await runOn(3, 1, () => [
    task('twice', {
      check: async ({ read }) => {
        await read(one)
        await read(other)
        return []
      },
      apply: () => Promise.resolve(),
    }),
    {
      scope: 'cluster',
      name: 'change',
      check: async ({ members }) =>
        Promise.all(members.map(async ({ read }) => read(one))).then(() =>
          isDone ? [] : [{ subject: 'x', from: 'a', to: 'b' }],
        ),
      apply: async ({ members }) => {
        await Promise.all(members.map(async member => member.readAgain(other)))
        isDone = true
      },
    },
  ])
  t.true(isDone)
  t.true(frames.total >= 9)
})

test('a task that waits for a place is skipped after Ctrl-C, and its time is its own', async t => {
  const queue = new PQueue({ concurrency: 1 })
  const stop = new AbortController()
  const clock = new FakeClock()
  const lines: string[] = []
  const applied: string[] = []
  const atWork = new EventEmitter()
  const mayEnd = new EventEmitter()
  const runOf = (name: string, apply: () => Promise<void>) => {
    const cluster: ClusterLike = { name, nodes: [{ name: `${name}1`, connection: { host: name } }] }
    const isDone = () => applied.includes(name)
    const differing: ClusterTask = {
      scope: 'cluster',
      name: 'change',
      check: () => Promise.resolve(isDone() ? [] : [{ subject: name, from: undefined, to: 'x' }]),
      apply: async () => {
        await apply()
        applied.push(name)
      },
    }
    const session = { run: () => Promise.reject(new Error('nothing is read')) }
    const members = cluster.nodes.map(node => new Member(node, { name, session } as unknown as NodeConnection))
    const scheduled = schedule(cluster, [
      { role: { name: 'r', tasks: () => [differing] }, selected: new Set([`${name}1`]) },
    ])
    return new ClusterRun(name, members, scheduled, {
      check: false,
      stop: stop.signal,
      run: 'test',
      abandon: new AbortController().signal,
      consent: noConsent,
      allAtOnce: false,
      queue,
      clock,
      report: event => {
        if (event.event === 'task') lines.push(`${event.cluster} ${event.status} ${event.reason ?? ''} ${event.ms}`)
      },
    }).run()
  }
  const first = runOf('a', async () => {
    const end = once(mayEnd, 'end')
    atWork.emit('begun')
    await end
  })
  await once(atWork, 'begun')
  const second = runOf('b', () => Promise.resolve())
  for (let turns = 0; turns < 5; turns += 1) await turn()
  stop.abort()
  mayEnd.emit('end')
  await Promise.all([first, second])
  t.deepEqual(applied, ['a'])
  t.deepEqual(lines, ['a changed  0', 'b skipped interrupted 0'])
})

test('checks that wait for a place are not sent after Ctrl-C', async t => {
  const stop = new AbortController()
  const checks = new Gauge()
  const cluster: ClusterLike = {
    name: 'c',
    nodes: Array.from({ length: 20 }, (_, at) => ({ name: `n${at}`, connection: { host: `n${at}` } })),
  }
  const session = {
    run: async () => {
      stop.abort()
      await turn()
      return [{ exitCode: 0, stdout: '', stderr: '', signal: null, timedOut: false, truncated: false }]
    },
  }
  const members = cluster.nodes.map(node => new Member(node, { name: node.name, session } as unknown as NodeConnection))
  const tasks = () => [
    task('reads', {
      check: async ({ read }) => checks.during(async () => read(one).then(() => [])),
      apply: () => Promise.resolve(),
    }),
  ]
  const scheduled = schedule(cluster, [
    { role: { name: 'r', tasks }, selected: new Set(cluster.nodes.map(({ name }) => name)) },
  ])
  await new ClusterRun('c', members, scheduled, {
    check: false,
    stop: stop.signal,
    run: 'test',
    abandon: new AbortController().signal,
    consent: noConsent,
    allAtOnce: false,
    queue: new PQueue({ concurrency: 1 }),
    clock: new FakeClock(),
    report: () => {},
  }).run()
  t.is(checks.total, 1)
})
