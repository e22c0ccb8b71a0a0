import test from 'ava'
import { InOrder } from '../../runner/cli/in-order.js'

/** Reports of a, b and c, as they come. */
function ordered() {
  const order = new InOrder(['a', 'b', 'c'])
  const reported: string[] = []
  return { order, reported, settle: (key: string) => order.settle(key, () => reported.push(key)) }
}

test('a report waits for those before it', t => {
  const { settle, reported } = ordered()
  settle('c')
  settle('b')
  t.deepEqual(reported, [])
  settle('a')
  t.deepEqual(reported, ['a', 'b', 'c'])
})

test('no report waits for one that was postponed', t => {
  const { order, settle, reported } = ordered()
  settle('b')
  order.postpone('a')
  t.deepEqual(reported, ['b'])
  settle('a')
  t.deepEqual(reported, ['b'])
  settle('c')
  t.deepEqual(reported, ['b', 'c', 'a'])
})
