import test from 'ava'
import { schedule, stages, taskOf } from '../../runner/engine/schedule.js'
import type { NodeLike } from '../../runner/tasks/member.js'
import type { Role } from '../../runner/tasks/role.js'
import { task, taskRef, type Task, type TaskRef } from '../../runner/tasks/task.js'

const nothing = { check: () => Promise.resolve([]), apply: () => Promise.resolve() }
const onNode = (name: string) => task(name, nothing)
const onCluster = (name: string): Task => ({ scope: 'cluster', name, ...nothing })
const asserted = (name: string): Task => ({
  scope: 'assertion',
  name,
  check: () => Promise.resolve({ status: 'ok', evidence: '' }),
})
const cluster = { name: 'c', nodes: ['n1', 'n2'].map(name => ({ name, connection: { host: name } })) }
const role = (name: string, tasks: (node: NodeLike) => Task[]): Role => ({ name, tasks: ({ node }) => tasks(node) })
const all = new Set(['n1', 'n2'])

test('a schedule has every role’s tasks in order, each with its place', t => {
  const scheduled = schedule(cluster, [
    { role: role('a', () => [onNode('x'), onCluster('y')]), selected: all },
    { role: role('b', () => [onNode('z')]), selected: all },
  ])
  t.deepEqual(
    scheduled.map(({ role: name, name: own, index, count, scope }) => `${name}: ${own} ${index}/${count} ${scope}`),
    ['a: x 1/2 node', 'a: y 2/2 cluster', 'b: z 1/1 node'],
  )
})

test('late tasks come behind all others, but before the assertions at the end', t => {
  const late = (name: string): Task => ({ ...task(name, nothing), late: true })
  const order = (...roles: Task[][]) =>
    schedule(
      cluster,
      roles.map((tasks, at) => ({ role: role(`r${at}`, () => tasks), selected: all })),
    )
      .map(({ name }) => name)
      .join(' ')
  t.is(order([onNode('a'), late('b'), onCluster('c')], [onNode('d'), late('e')], [asserted('f')]), 'a c d b e f')
  t.is(order([asserted('a')], [late('b')], [onNode('c'), asserted('d'), asserted('e')]), 'a c b d e')
  t.is(order([late('a')], [asserted('b')]), 'a b')
})

test('each node has its own task', t => {
  const [first] = schedule(cluster, [
    {
      role: role('a', node => [{ ...onNode('x'), needs: [{ name: node.name }] }, onNode('n1'), onNode('n2')]),
      selected: all,
    },
  ])
  if (first?.scope !== 'node') throw new Error('not a task of nodes')
  t.deepEqual(taskOf(first, 'n2').needs, [{ name: 'n2' }])
  t.throws(() => taskOf(first, 'n3'), { message: '"a: x" is no task of n3' })
})

test('a need that is no task of this run is a defect; needs of a role that does not run are settled', t => {
  const needing = (need: TaskRef) => () =>
    schedule(cluster, [{ role: role('a', () => [onNode('x'), { ...onNode('y'), needs: [need] }]), selected: all }])
  for (const need of [onNode('x'), { name: 'x' }, taskRef('a', 'x'), taskRef('b', 'anything')])
    t.notThrows(needing(need))
  for (const need of [onNode('z'), { name: 'z' }, taskRef('a', 'z')])
    t.throws(needing(need), { message: '"a: y" needs "a: z", which is no task of this run' })
})

test('a need of one node that is no task of this run is a defect too', t => {
  const tasks = (node: NodeLike) => [onNode('x'), { ...onNode('y'), needs: node.name === 'n2' ? [onNode('z')] : [] }]
  t.throws(() => schedule(cluster, [{ role: role('a', tasks), selected: all }]), {
    message: '"a: y" needs "a: z", which is no task of this run',
  })
})

for (const [what, tasks] of [
  ['one more', (node: NodeLike) => [onNode('x'), ...(node.name === 'n2' ? [onNode('y')] : [])]],
  ['another name', (node: NodeLike) => [onNode(node.name)]],
] as const) {
  test(`a role with other tasks for some nodes is a defect: ${what}`, t => {
    t.throws(() => schedule(cluster, [{ role: role('a', tasks), selected: all }]), {
      message: /^role a has other tasks for some nodes/,
    })
  })
}

const cuts = test.macro({
  exec: (t, tasks: Task[][], expected: string) => {
    const scheduled = schedule(
      cluster,
      tasks.map((list, at) => ({ role: role(`r${at}`, () => list), selected: all })),
    )
    t.is(
      stages(scheduled)
        .map(stage => ('tasks' in stage ? stage.tasks : [stage.task]).map(({ name }) => name).join(''))
        .join(' '),
      expected,
    )
  },
  title: (_, tasks: Task[][], expected: string) => `stages: ${expected || 'none'}, of ${tasks.length} roles`,
})

test(cuts, [], '')
test(cuts, [[onNode('a'), onNode('b')]], 'ab')
test(cuts, [[onNode('a')], [onNode('b')]], 'ab')
test(cuts, [[onNode('a'), onCluster('B'), onNode('c'), onNode('d')]], 'a B cd')
test(cuts, [[onCluster('A'), onCluster('B'), asserted('C')]], 'A B C')
test(cuts, [[onNode('a'), asserted('B')], [onNode('c')]], 'a B c')
test(cuts, [[asserted('A'), asserted('B'), onCluster('C'), asserted('D')], [asserted('E')]], 'AB C DE')

test('steps with different selected nodes are different stages', t => {
  const steps = [all, new Set(['n1'])].map((selected, at) => ({ role: role(`r${at}`, () => [onNode('a')]), selected }))
  t.is(stages(schedule(cluster, steps)).length, 2)
})
