import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import type { NodeTask } from '../../runner/tasks/task.js'
import { ConnectError, TaskError } from '../../runner/errors.js'
import { FakeClock } from '../fake-clock.js'
import { comesTrue } from '../comes-true.js'
import { localCluster, taskEvents } from './cluster.js'

/** Nodes whose tasks note when they begin and end. */
function timed(t: ExecutionContext, names = ['n1']) {
  const c = localCluster(t, names)
  const said: string[] = []
  const apply = (name: string, work: () => Promise<void>): Partial<NodeTask> => ({
    apply: async ({ $, member }, [difference]) => {
      said.push(`${name} begins`)
      await work()
      await $({ input: difference!.to! })`cat >${c.path(member.name, name)}`
      said.push(`${name} ends`)
    },
  })
  /** Runs until another task has noted this. */
  const outlasts = (word: string) => async () => {
    if (!(await comesTrue(() => said.includes(word)))) throw new Error(`never: ${word}`)
  }
  /** Long enough to notice a task that must not run meanwhile. */
  const slow = async () => sleep(150)
  return { ...c, said, apply, outlasts, slow }
}

test('after the first background task, the next is applied in parallel to the tasks before it, and reported at its turn', async t => {
  const c = timed(t)
  const { lines, summary } = await c.run(node => [
    c.wants(node, 'a', '1', { background: true, ...c.apply('a', c.slow) }),
    c.wants(node, 'wait', '1', c.apply('wait', c.outlasts('b begins'))),
    c.wants(node, 'b', '1', { background: true, ...c.apply('b', c.slow) }),
    c.wants(node, 'c', '1', { background: true, ...c.apply('c', c.slow) }),
  ])
  t.deepEqual(
    lines,
    ['a', 'wait', 'b', 'c'].map(name => `n1 write ${name}: changed`),
  )
  t.deepEqual(c.said.slice(0, 2), ['a begins', 'a ends'])
  t.true(c.said.indexOf('b begins') < c.said.indexOf('wait ends'), c.said.join(', '))
  t.true(c.said.indexOf('b ends') < c.said.indexOf('c begins'), 'one after the other')
  t.like(summary, { changed: 4, exit: 0 })
  const [place] = taskEvents(c.events)
  t.deepEqual(
    c.events.filter(({ event }) => event === 'task-pause'),
    ['b', 'c'].map(name => ({
      event: 'task-pause',
      cluster: 'c',
      host: 'n1',
      role: place!.role,
      task: `write ${name}`,
    })),
  )
})

test('the duration of a background task does not include the wait for its turn', async t => {
  const c = timed(t)
  const clock = new FakeClock()
  await c.run(
    node => [
      c.wants(node, 'a', '1', { background: true }),
      c.wants(node, 'wait', '1', {
        apply: async ({ $ }) => {
          await c.outlasts('b ends')()
          clock.pass(500)
          await $`printf 1 >${c.path('n1', 'wait')}`
        },
      }),
      c.wants(node, 'b', '1', { background: true, ...c.apply('b', () => Promise.resolve(clock.pass(150))) }),
    ],
    { clock },
  )
  t.deepEqual(
    taskEvents(c.events).map(({ ms }) => ms),
    [0, 650, 150],
    'b and the one before it go on at once',
  )
})

test('a background task in sync is not applied, and a plan starts none', async t => {
  const c = timed(t)
  c.write('n1', 'b', '1')
  const tasks = (node: Parameters<typeof c.wants>[0]) =>
    ['a', 'b', 'c'].map(name => c.wants(node, name, '1', { background: true, ...c.apply(name, c.slow) }))
  t.deepEqual((await c.run(tasks, { check: true })).lines, [
    'n1 write a: would-change',
    'n1 write b: ok',
    'n1 write c: would-change',
  ])
  t.deepEqual(c.said, [])
  t.deepEqual((await c.run(tasks)).lines, ['n1 write a: changed', 'n1 write b: ok', 'n1 write c: changed'])
  t.deepEqual(
    c.said.filter(word => word.endsWith('begins')),
    ['a begins', 'c begins'],
  )
})

test('a failure is reported at the task’s turn; the background tasks behind it are not started', async t => {
  const c = timed(t)
  const { lines } = await c.run(node => [
    c.wants(node, 'a', '1', { background: true }),
    c.wants(node, 'wait', '1', c.apply('wait', c.slow)),
    c.wants(node, 'b', '1', { background: true, apply: () => Promise.reject(new TaskError('no such package')) }),
    c.wants(node, 'c', '1', { background: true, ...c.apply('c', c.slow) }),
  ])
  t.deepEqual(lines, [
    'n1 write a: changed',
    'n1 write wait: changed',
    'n1 write b: failed, no such package',
    'n1 write c: skipped, n1 failed at "r: write b"',
  ])
  t.false(c.said.includes('c begins'))
})

test('a background task that still differs has failed', async t => {
  const c = timed(t)
  const { lines } = await c.run(node => [
    c.wants(node, 'a', '1', { background: true }),
    c.wants(node, 'b', '1', { background: true, apply: () => Promise.resolve() }),
  ])
  t.deepEqual(lines, [
    'n1 write a: changed',
    'n1 write b: failed, still differs after the change: b is absent, not "1"',
  ])
})

test('interrupted: a started background task is finished and reported, no other starts', async t => {
  const c = timed(t)
  const stop = new AbortController()
  const { lines } = await c.run(
    node => [
      c.wants(node, 'a', '1', { background: true }),
      c.wants(
        node,
        'wait',
        '1',
        c.apply('wait', async () => {
          await c.outlasts('b begins')()
          stop.abort()
        }),
      ),
      c.wants(node, 'b', '1', { background: true, ...c.apply('b', c.outlasts('wait ends')) }),
      c.wants(node, 'c', '1', { background: true, ...c.apply('c', c.slow) }),
    ],
    { stop: stop.signal },
  )
  t.deepEqual(lines, [
    'n1 write a: changed',
    'n1 write wait: changed',
    'n1 write b: changed',
    'n1 write c: skipped, interrupted',
  ])
})

test('without a second session, all tasks run at their turn', async t => {
  const c = timed(t)
  Object.assign(c.members[0]!.connection, {
    openSecondSession: () => Promise.reject(new ConnectError('session open refused by peer')),
  })
  const { lines, summary } = await c.run(node => [
    c.wants(node, 'a', '1', { background: true }),
    c.wants(node, 'wait', '1', c.apply('wait', c.slow)),
    c.wants(node, 'b', '1', { background: true, ...c.apply('b', c.slow) }),
  ])
  t.deepEqual(
    lines,
    ['a', 'wait', 'b'].map(name => `n1 write ${name}: changed`),
  )
  t.deepEqual(c.said, ['wait begins', 'wait ends', 'b begins', 'b ends'])
  t.is(summary.exit, 0)
})

test('no background task starts before a task that runs on one node at a time: it may replace the connection', async t => {
  const c = timed(t)
  const { lines } = await c.run(node => [
    c.wants(node, 'a', '1', { background: true }),
    c.wants(node, 'move', '1', { oneAtATime: true, ...c.apply('move', c.slow) }),
    c.wants(node, 'b', '1', { background: true, ...c.apply('b', c.slow) }),
  ])
  t.is(lines.length, 3)
  t.deepEqual(c.said, ['move begins', 'move ends', 'b begins', 'b ends'])
})

test('with fewer forks than nodes, no background task starts', async t => {
  const c = timed(t, ['n1', 'n2'])
  await c.run(
    node => [
      c.wants(node, 'a', '1', { background: true }),
      c.wants(node, 'wait', '1', c.apply('wait', c.slow)),
      c.wants(node, 'b', '1', { background: true, ...c.apply('b', c.slow) }),
    ],
    { forks: 1 },
  )
  t.deepEqual(c.said, [
    'wait begins',
    'wait ends',
    'b begins',
    'b ends',
    'wait begins',
    'wait ends',
    'b begins',
    'b ends',
  ])
})

test('a lost node: its background task is unreachable too, and the run ends', async t => {
  const c = timed(t)
  const { lines } = await c.run(node => [
    c.wants(node, 'a', '1', { background: true }),
    c.wants(node, 'wait', '1', {
      apply: async () => {
        c.shells.get('n1')!.kill()
        await c.slow()
      },
    }),
    c.wants(node, 'b', '1', { background: true, ...c.apply('b', c.slow) }),
  ])
  t.deepEqual(lines, [
    'n1 write a: changed',
    ...['write wait', 'connection', 'write b'].map(what => `n1 ${what}: unreachable, the local shell is gone`),
  ])
})
