import test from 'ava'
import type { Status } from '../../runner/engine/events.js'
import { Outcomes } from '../../runner/engine/outcomes.js'
import { taskRef, type TaskRef } from '../../runner/tasks/task.js'

const unsettled = test.macro({
  exec: (
    t,
    done: [host: string | undefined, role: string, task: string, status: Status][],
    needs: TaskRef[],
    host: string | undefined,
    expected: string | undefined,
  ) => {
    const outcomes = new Outcomes()
    for (const one of done) outcomes.add(...one)
    t.is(outcomes.unsettled(needs, 'r', host), expected)
  },
  title: (name = '') => `needs: ${name}`,
})

test('a need that would change', unsettled, [['n1', 'r', 'a', 'would-change']], [{ name: 'a' }], 'n1', 'a')
test('a need that is unknown', unsettled, [['n1', 'r', 'a', 'unknown']], [{ name: 'a' }], 'n1', 'a')
test('a need in sync', unsettled, [['n1', 'r', 'a', 'ok']], [{ name: 'a' }], 'n1', undefined)
test('a need that has not run', unsettled, [], [{ name: 'a' }], 'n1', undefined)
test(
  'a change of another node does not matter to a node',
  unsettled,
  [['n2', 'r', 'a', 'would-change']],
  [{ name: 'a' }],
  'n1',
  undefined,
)
test(
  'a change of any node matters to the cluster',
  unsettled,
  [
    ['n1', 'r', 'a', 'ok'],
    ['n2', 'r', 'a', 'would-change'],
  ],
  [{ name: 'a' }],
  undefined,
  'a',
)
test(
  'a change of the cluster matters to every node',
  unsettled,
  [[undefined, 'r', 'a', 'would-change']],
  [{ name: 'a' }],
  'n1',
  'a',
)
test(
  'a task of another role with the same name',
  unsettled,
  [['n1', 'x', 'a', 'would-change']],
  [{ name: 'a' }],
  'n1',
  undefined,
)
test(
  'a task of another role by its reference',
  unsettled,
  [['n1', 'x', 'a', 'would-change']],
  [taskRef('x', 'a')],
  'n1',
  'x: a',
)
test(
  'the first unsettled need is named',
  unsettled,
  [
    ['n1', 'r', 'b', 'unknown'],
    ['n1', 'r', 'a', 'would-change'],
  ],
  [{ name: 'a' }, { name: 'b' }],
  'n1',
  'a',
)
