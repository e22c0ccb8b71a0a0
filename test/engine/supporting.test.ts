/* oxlint-disable typescript/unbound-method -- tasks and checks do not use `this` */
import test from 'ava'
import { schedule } from '../../runner/engine/schedule.js'
import { onSupporting, task } from '../../runner/tasks/task.js'
import { fileText } from '../../runner/facts/files.js'
import { localCluster, noted } from './cluster.js'

test('a supporting host has its own tasks, and the members have theirs', async t => {
  const c = localCluster(t, ['n1', 'n2'], [], ['s'])
  const seen: string[][] = []
  const { lines } = await c.run(node => [
    onSupporting(c.wants(node, 'server', '1')),
    c.wants(node, 'client', '1'),
    noted('together', [], {
      check: ({ members, supporting }) => {
        seen.push([...members, ...supporting].map(({ name }) => name))
        return Promise.resolve([])
      },
    }),
  ])
  t.deepEqual(lines.slice(0, 3).toSorted(), [
    'n1 write client: changed',
    'n2 write client: changed',
    's write server: changed',
  ])
  t.is(lines.at(-1), 'c together: ok')
  t.is(c.text('s', 'server'), '1')
  t.deepEqual(seen.at(-1), ['n1', 'n2', 's'])
})

test('in sync: one frame on each host, the supporting one included', async t => {
  const c = localCluster(t, ['n1', 'n2'], [], ['s'])
  for (const node of ['n1', 'n2']) c.write(node, 'client', '1')
  c.write('s', 'server', '1')
  const { lines } = await c.run(node => [onSupporting(c.wants(node, 'server', '1')), c.wants(node, 'client', '1')])
  t.true(lines.every(line => line.endsWith(': ok')))
  t.deepEqual(c.frames(), [1, 1, 1])
})

test('a cluster task is checked again once the supporting host has changed', async t => {
  const c = localCluster(t, ['n1'], [], ['s'])
  const { lines } = await c.run(node => [
    onSupporting(c.wants(node, 'server', '1')),
    noted('reads it', [], {
      check: async ({ supporting: [host] }) => {
        const text = await host!.read(fileText(c.path('s', 'server')))
        return text === '1' ? [] : [{ subject: 'server', from: text, to: '1' }]
      },
      apply: () => t.fail('it was checked before the change only'),
    }),
  ])
  t.deepEqual(lines, ['s write server: changed', 'c reads it: ok'])
})

test('without its supporting host a role is not continued, and other roles are', async t => {
  const c = localCluster(t, ['n1'], ['s'], ['s'])
  const { lines } = await c.run(
    node => [onSupporting(c.wants(node, 'server', '1')), c.wants(node, 'client', '1'), noted('together', [])],
    { before: node => [c.wants(node, 'a', '1')] },
  )
  t.deepEqual(lines, [
    'n1 write a: changed',
    'n1 write client: skipped, s is unreachable',
    'c together: skipped, s is unreachable',
  ])
})

test('a supporting host that fails stops its role on the members too', async t => {
  const c = localCluster(t, ['n1'], [], ['s'])
  const { lines } = await c.run(() => [
    onSupporting(task('server', { check: () => Promise.reject(new Error('no room')), apply: () => Promise.resolve() })),
    noted('together', []),
  ])
  t.deepEqual(lines, ['s server: failed, a defect of ha-run: no room', 'c together: skipped, s failed at "r: server"'])
  t.is(c.members[0]?.trouble, undefined)
})

test('a supporting host that is not selected is read, and nothing that needs it is changed', async t => {
  const c = localCluster(t, ['n1'], [], ['s'])
  const differs = { check: () => Promise.resolve([{ subject: 'x', from: '0', to: '1' }]) }
  const tasks = (node: { name: string; connection: { host: string } }) => [
    onSupporting(c.wants(node, 'server', '1')),
    noted('in sync', [], { check: () => Promise.resolve([]) }),
    noted('together', [], differs),
  ]
  const { lines } = await c.run(tasks, { selected: ['n1'] })
  t.deepEqual(lines, [
    'c in sync: ok',
    'c together: failed, s is not selected: nothing was changed, this task needs all nodes',
  ])
  const { lines: planned } = await c.run(tasks, { selected: ['n1'], check: true })
  t.is(planned.at(-1), 'c together: unknown, until all nodes take part: s is not selected')
})

test('the lists of members and supporting hosts must have the same tasks', t => {
  const cluster = { name: 'c', nodes: [{ name: 'n1', connection: { host: 'n1' } }] }
  const s = { name: 's', connection: { host: 's' } }
  const fine = (name: string) => task(name, { check: () => Promise.resolve([]), apply: () => Promise.resolve() })
  const role = { name: 'r', tasks: ({ node }: { node: { name: string } }) => [fine(node.name)], supporting: () => [s] }
  t.throws(() => schedule(cluster, [{ role, selected: new Set(['n1', 's']) }]), {
    message: 'role r has other tasks for some nodes: every node must have "n1"',
  })
})
