/* oxlint-disable typescript/unbound-method -- tasks and checks do not use `this` */
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { task, skip, taskRef, warn } from '../../runner/tasks/task.js'
import { ConnectError, TaskError } from '../../runner/errors.js'
import { fileText } from '../../runner/facts/files.js'
import { FakeClock } from '../fake-clock.js'
import { localCluster, noted, taskEvents } from './cluster.js'

test('in sync: one frame per node, nothing applied, all ok', async t => {
  const c = localCluster(t, ['n1', 'n2', 'n3'])
  for (const node of ['n1', 'n2', 'n3']) for (const name of ['a', 'b', 'x']) c.write(node, name, name)
  const { lines, summary } = await c.run(node => [
    c.wants(node, 'a', 'a'),
    c.wants(node, 'b', 'b', { needs: [{ name: 'write a' }] }),
    noted('shared', [], {
      check: async ({ members }) => {
        await Promise.all(members.map(async ({ read, name }) => read(fileText(c.path(name, 'x')))))
        return []
      },
    }),
    c.wants(node, 'x', 'x', { apply: () => t.fail() }),
  ])
  t.deepEqual(c.frames(), [1, 1, 1])
  t.true(lines.every(line => line.endsWith(': ok')))
  t.like(summary, { ok: 10, changed: 0, failed: 0, exit: 0 })
})

test('a difference is applied once, checked again, and then the task is changed', async t => {
  const c = localCluster(t, ['n1'])
  let applied = 0
  c.write('n1', 'a', 'old')
  const { lines, summary } = await c.run(node => {
    const own = c.wants(node, 'a', 'new')
    const apply: typeof own.apply = async (scope, differences) => {
      applied += 1
      t.deepEqual(differences, [{ subject: 'a', from: 'old', to: 'new' }])
      await own.apply(scope, differences)
    }
    return [{ ...own, apply }]
  })
  t.is(applied, 1)
  t.deepEqual(lines, ['n1 write a: changed'])
  t.deepEqual(taskEvents(c.events)[0]?.diff, [{ subject: 'a', from: 'old', to: 'new' }])
  t.is(c.text('n1', 'a'), 'new')
  t.like(summary, { ok: 0, changed: 1, exit: 0 })
})

test('a task that still differs has failed, with both values', async t => {
  const c = localCluster(t, ['n1'])
  c.write('n1', 'a', 'old')
  const { lines, summary } = await c.run(node => [c.wants(node, 'a', 'new', { apply: () => Promise.resolve() })])
  t.deepEqual(lines, ['n1 write a: failed, still differs after the change: a is "old", not "new"'])
  t.like(summary, { failed: 1, exit: 2 })
})

test('after a change, later tasks check again; on other nodes no fact is read twice', async t => {
  const c = localCluster(t)
  c.write('n2', 'a', '1')
  c.write('n2', 'b', '1')
  const { lines } = await c.run(node => [
    c.wants(node, 'a', '1', {
      apply: async ({ $ }) => {
        await $`printf 1 >${c.path(node.name, 'a')}; printf 1 >${c.path(node.name, 'b')}`
      },
    }),
    c.wants(node, 'b', '1'),
  ])
  t.deepEqual(lines.toSorted(), ['n1 write a: changed', 'n1 write b: ok', 'n2 write a: ok', 'n2 write b: ok'])
  t.is(c.frames()[1], 1)
})

test('a prefetched check that failed runs again at the task’s turn, and may succeed then', async t => {
  const c = localCluster(t, ['n1'])
  const { lines } = await c.run(node => [
    c.wants(node, 'a', '1'),
    task('needs a', {
      check: async ({ read }) => {
        if ((await read(fileText(c.path('n1', 'a')))) === undefined) throw new TaskError('there is no a')
        return []
      },
      apply: () => Promise.resolve(),
    }),
  ])
  t.deepEqual(lines, ['n1 write a: changed', 'n1 needs a: ok'])
})

test('a lasting task in sync is ok whatever its needs change; not in sync, it is unknown', async t => {
  const c = localCluster(t)
  for (const node of ['n1', 'n2']) c.write(node, 'b', node === 'n1' ? '1' : '0')
  const { lines } = await c.run(
    node => [
      c.wants(node, 'a', '1'),
      c.wants(node, 'b', '1', { needs: [{ name: 'write a' }], lasting: true }),
      c.wants(node, 'c', '1', { needs: [{ name: 'write b' }] }),
    ],
    { check: true },
  )
  t.deepEqual(lines.toSorted(), [
    'n1 write a: would-change',
    'n1 write b: ok',
    'n1 write c: would-change',
    'n2 write a: would-change',
    'n2 write b: unknown, until "write a" is done',
    'n2 write c: unknown, until "write b" is done',
  ])
})

test('a plan never applies, and a task whose need would change is unknown', async t => {
  const c = localCluster(t)
  c.write('n2', 'a', '1')
  const never = () => t.fail()
  const calls: string[] = []
  const { lines, summary } = await c.run(
    node => [
      c.wants(node, 'a', '1', { apply: never }),
      c.wants(node, 'b', '1', { apply: never, needs: [{ name: 'write a' }] }),
      c.wants(node, 'c', '1', { apply: never, needs: [{ name: 'write b' }] }),
      c.wants(node, 'd', '1', { apply: never, needs: [taskRef('other', 'write a')] }),
      noted('shared', calls, { needs: [taskRef('r', 'write a')] }),
      {
        scope: 'assertion' as const,
        name: 'all is well',
        check: () => Promise.resolve({ status: 'failed' as const, evidence: 'not yet' }),
      },
    ],
    { check: true },
  )
  t.deepEqual(
    lines.filter(line => line.startsWith('n1')),
    [
      'n1 write a: would-change',
      'n1 write b: unknown, until "write a" is done',
      'n1 write c: unknown, until "write b" is done',
      'n1 write d: would-change',
    ],
  )
  t.deepEqual(
    lines.filter(line => line.startsWith('n2')),
    [
      'n2 write a: ok',
      'n2 write b: would-change',
      'n2 write c: unknown, until "write b" is done',
      'n2 write d: would-change',
    ],
  )
  t.deepEqual(lines.slice(-2), [
    'c shared: unknown, until "write a" is done',
    'c all is well: unknown, until all changes are made',
  ])
  t.deepEqual(calls, [])
  t.like(summary, { ok: 1, would_change: 4, unknown: 5, exit: 3 })
})

test('in a plan, a check that fails because of an unsettled need is unknown, not failed', async t => {
  const c = localCluster(t, ['n1'])
  const { lines } = await c.run(
    node => [
      c.wants(node, 'a', '1'),
      task('b', {
        needs: [{ name: 'write a' }],
        check: () => Promise.reject(new TaskError('no a')),
        apply: () => Promise.resolve(),
      }),
    ],
    { check: true },
  )
  t.deepEqual(lines, ['n1 write a: would-change', 'n1 b: unknown, until "write a" is done'])
})

test('a node stops after a failure, the others continue', async t => {
  const c = localCluster(t)
  const { lines, summary } = await c.run(node => [
    c.wants(node, 'a', '1', node.name === 'n1' ? { apply: () => Promise.reject(new TaskError('disk full')) } : {}),
    c.wants(node, 'b', '1'),
  ])
  t.deepEqual(lines.toSorted(), [
    'n1 write a: failed, disk full',
    'n1 write b: skipped, n1 failed at "r: write a"',
    'n2 write a: changed',
    'n2 write b: changed',
  ])
  t.like(summary, { changed: 2, failed: 1, exit: 2 })
})

test('an unreachable node is skipped', async t => {
  const c = localCluster(t, ['n1', 'n2'], ['n1'])
  const { lines } = await c.run(node => [c.wants(node, 'a', '1')])
  t.deepEqual(lines, ['n2 write a: changed'])
})

test('a task of the cluster checks but changes nothing while a member is unreachable or has failed', async t => {
  const c = localCluster(t, ['n1', 'n2'], ['n1'])
  const calls: string[] = []
  const { lines } = await c.run(() => [noted('in sync', ['in sync']), noted('shared', calls), noted('next', calls)])
  t.deepEqual(lines, [
    'c in sync: ok',
    'c shared: failed, n1 is unreachable: nothing was changed, this task needs all nodes',
    'c next: skipped, the cluster failed at "r: shared"',
  ])
  t.deepEqual(calls, [])
})

test('a tolerant task of the cluster runs without that member', async t => {
  const c = localCluster(t, ['n1', 'n2'], ['n1'])
  const calls: string[] = []
  const { lines } = await c.run(() => [noted('shared', calls, { tolerant: true })])
  t.deepEqual(lines, ['c shared: changed'])
  t.deepEqual(calls, ['shared by n2 for n1+n2'])
})

test('a task of the cluster runs once, with the first member that is ready as its leader', async t => {
  const c = localCluster(t, ['n1', 'n2', 'n3'])
  const calls: string[] = []
  const { lines } = await c.run(node => [
    task('a', {
      check: () => (node.name === 'n1' ? Promise.reject(new TaskError('no')) : Promise.resolve([])),
      apply: () => Promise.resolve(),
    }),
    noted('shared', calls, { tolerant: true }),
  ])
  t.deepEqual(lines.slice(-1), ['c shared: changed'])
  t.deepEqual(calls, ['shared by n2 for n1+n2+n3'])
})

test('after a failed task of the cluster, all later tasks are skipped', async t => {
  const c = localCluster(t, ['n1'])
  const { lines } = await c.run(node => [
    noted('shared', [], { apply: () => Promise.reject(new TaskError('no')) }),
    c.wants(node, 'a', '1'),
    noted('next', []),
  ])
  t.deepEqual(lines, [
    'c shared: failed, no',
    'n1 write a: skipped, the cluster failed at "r: shared"',
    'c next: skipped, the cluster failed at "r: shared"',
  ])
})

test('--limit: other nodes are only read, and the leader is a selected one', async t => {
  const c = localCluster(t, ['n1', 'n2', 'n3'])
  const calls: string[] = []
  const { lines } = await c.run(node => [c.wants(node, 'a', '1'), noted('shared', calls)], { selected: ['n3', 'n2'] })
  t.deepEqual(lines.toSorted(), ['c shared: changed', 'n2 write a: changed', 'n3 write a: changed'])
  t.deepEqual(calls, ['shared by n2 for n2+n3'])
})

test('if no selected node is ready, a task of the cluster is skipped with the reason', async t => {
  const c = localCluster(t, ['n1', 'n2'], ['n1'])
  const { lines } = await c.run(() => [noted('shared', [])], { selected: ['n1'] })
  t.deepEqual(lines, ['c shared: skipped, n1 is unreachable'])
})

test('a task for one node at a time runs on one node after the other, and the next task waits for all', async t => {
  const c = localCluster(t)
  const order: string[] = []
  const timed = (node: string, name: string, oneAtATime: boolean) =>
    task(name, {
      oneAtATime,
      check: () =>
        Promise.resolve(order.includes(`${name} ${node} ends`) ? [] : [{ subject: name, from: undefined, to: 'done' }]),
      async apply({ $ }) {
        order.push(`${name} ${node}`)
        await $`sleep 0.1`
        order.push(`${name} ${node} ends`)
      },
    })
  await c.run(({ name }) => [timed(name, 'a', true), timed(name, 'b', false)])
  t.deepEqual(order.slice(0, 4), ['a n1', 'a n1 ends', 'a n2', 'a n2 ends'])
  t.deepEqual(order.slice(4, 6).toSorted(), ['b n1', 'b n2'])
})

test('a task of the cluster waits for all nodes, and all nodes for it', async t => {
  const c = localCluster(t)
  const order: string[] = []
  const slow = (node: string, name: string) =>
    task(name, {
      check: () =>
        Promise.resolve(order.includes(`${name} ${node}`) ? [] : [{ subject: 'x', from: undefined, to: 'y' }]),
      apply: async () => {
        // n1 takes its time until n2 has come as far as it may without it.
        if (node === 'n1')
          for (let tries = 400; tries > 0 && !order.includes(name === 'd' ? 'd n2' : 'b n2'); tries -= 1) await sleep(5)
        order.push(`${name} ${node}`)
      },
    })
  const shared = noted('shared', order)
  await c.run(node => [slow(node.name, 'a'), slow(node.name, 'b'), shared, slow(node.name, 'd')])
  t.deepEqual(order, ['a n2', 'b n2', 'a n1', 'b n1', 'shared by n1 for n1+n2', 'd n2', 'd n1'])
})

test('with one fork, several nodes and tasks of the cluster finish', async t => {
  const c = localCluster(t, ['n1', 'n2', 'n3'])
  const calls: string[] = []
  const { summary } = await c.run(
    node => [
      c.wants(node, 'a', '1'),
      noted('one', calls),
      c.wants(node, 'b', '1'),
      noted('two', calls),
      {
        scope: 'assertion' as const,
        name: 'well',
        check: () => Promise.resolve({ status: 'ok' as const, evidence: 'yes' }),
      },
    ],
    { forks: 1 },
  )
  t.like(summary, { changed: 8, ok: 1, exit: 0 })
})

test('with one fork, never two nodes at the same time', async t => {
  const c = localCluster(t, ['n1', 'n2', 'n3'])
  let busy = 0
  await c.run(
    node => [
      c.wants(node, 'a', '1', {
        apply: async ({ $ }) => {
          busy += 1
          t.is(busy, 1)
          await $`sleep 0.05; printf 1 >${c.path(node.name, 'a')}`
          busy -= 1
        },
      }),
    ],
    { forks: 1 },
  )
})

test('interrupted: the running task is finished, no other starts', async t => {
  const c = localCluster(t, ['n1'])
  const stop = new AbortController()
  const calls: string[] = []
  const { lines } = await c.run(
    node => [
      c.wants(node, 'a', '1', {
        apply: async ({ $ }) => {
          stop.abort()
          await $`sleep 0.1; printf 1 >${c.path('n1', 'a')}`
        },
      }),
      c.wants(node, 'b', '1'),
      noted('shared', calls),
    ],
    { stop: stop.signal },
  )
  t.deepEqual(lines, ['n1 write a: changed', 'n1 write b: skipped, interrupted', 'c shared: skipped, interrupted'])
  t.deepEqual(calls, [])
})

test('skips and warnings have a reason, and stop nothing', async t => {
  const c = localCluster(t, ['n1'])
  const says = (name: string, finding: ReturnType<typeof skip> | ReturnType<typeof warn>) =>
    task(name, { check: () => Promise.resolve(finding), apply: () => t.fail() })
  const { lines, summary } = await c.run(() => [says('a', skip('not here')), says('b', warn('in standby'))])
  t.deepEqual(lines, ['n1 a: skipped, not here', 'n1 b: warning, in standby'])
  t.like(summary, { ok: 1, exit: 0 })
})

test('a node that is lost during a task is reported unreachable once, and the others continue', async t => {
  const c = localCluster(t)
  const { lines, summary } = await c.run(node => [
    c.wants(
      node,
      'a',
      '1',
      node.name === 'n1'
        ? {
            apply: async ({ $ }) => {
              setTimeout(() => c.shells.get('n1')!.kill(), 50)
              await $`sleep 5`
            },
          }
        : {},
    ),
    c.wants(node, 'b', '1'),
  ])
  t.deepEqual(
    lines.filter(line => line.startsWith('n1')),
    ['n1 write a: unreachable, the local shell is gone', 'n1 connection: unreachable, the local shell is gone'],
  )
  t.deepEqual(
    lines.filter(line => line.startsWith('n2')),
    ['n2 write a: changed', 'n2 write b: changed'],
  )
  t.like(summary, { changed: 2, unreachable: 1, exit: 4 })
})

// The cluster's own task has no host, and is no node.
test('a node that is lost during a task of the cluster counts once', async t => {
  const c = localCluster(t)
  const { summary } = await c.run(() => [
    noted('shared', [], {
      apply: async ({ leader }) => {
        setTimeout(() => c.shells.get('n1')!.kill(), 50)
        await leader.$`sleep 5`
      },
    }),
  ])
  t.like(summary, { unreachable: 1, exit: 4 })
})

test('tasks start with their place in the role, first to check, then to apply', async t => {
  const c = localCluster(t, ['n1'])
  await c.run(node => [c.wants(node, 'a', '1'), c.wants(node, 'b', '1')])
  const starts = c.events.flatMap(event =>
    event.event === 'task-start' ? [`${event.index}/${event.count} ${event.task} ${event.applying}`] : [],
  )
  t.deepEqual(starts, ['1/2 write a false', '1/2 write a true', '2/2 write b false', '2/2 write b true'])
})

test('a defect is reported as such, and does not stop the run', async t => {
  const c = localCluster(t, ['n1'])
  const { lines, summary } = await c.run(() => [
    task('a', { check: () => Promise.reject(new TypeError('x is undefined')), apply: () => Promise.resolve() }),
  ])
  t.deepEqual(lines, ['n1 a: failed, a defect of ha-run: x is undefined'])
  t.like(summary, { failed: 1, exit: 70 })
})

test('a check that throws at once is a failure of its task, not of the run', async t => {
  const c = localCluster(t, ['n1'])
  const { lines } = await c.run(node => [
    task('a', {
      check: () => {
        throw new TaskError('no')
      },
      apply: () => Promise.resolve(),
    }),
    c.wants(node, 'b', '1'),
  ])
  t.is(lines[0], 'n1 a: failed, no')
})

test('an error from ssh in a node’s task makes it unreachable in the events', async t => {
  const c = localCluster(t, ['n1'])
  const { lines } = await c.run(() => [
    task('a', { check: () => Promise.reject(new ConnectError('gone')), apply: () => Promise.resolve() }),
  ])
  t.deepEqual(lines, ['n1 a: unreachable, gone'])
})

test('progress is reported while a task is applied, and not afterwards', async t => {
  const c = localCluster(t, ['n1'])
  const clock = new FakeClock()
  await c.run(
    node => [
      c.wants(node, 'a', '1', {
        apply: async ({ $, progress }) => {
          await $({ onLine: progress })`echo half; printf 1 >${c.path('n1', 'a')}`
          // Told too soon after the first one: by the time that it would be passed on, the task is over.
          progress('all')
        },
      }),
      noted('shared', [], { apply: ({ progress }) => Promise.resolve(progress('waiting for n1')) }),
    ],
    { clock },
  )
  clock.pass(1000)
  t.deepEqual(
    c.events.flatMap(event =>
      'task' in event
        ? `${event.host ?? event.cluster} ${event.task}: ${event.event === 'progress' ? event.text : event.event}`
        : [],
    ),
    [
      'n1 write a: task-start',
      'n1 write a: task-start',
      'n1 write a: half',
      'n1 write a: task',
      'c shared: task-start',
      'c shared: task-start',
      'c shared: waiting for n1',
      'c shared: task',
    ],
  )
})
