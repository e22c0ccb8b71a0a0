import test from 'ava'
import fc from 'fast-check'
import { didYouMean, editDistance, nearest } from '../../runner/inventory/nearest.js'

const isFrom = test.macro({
  exec: (t, a: string, b: string, distance: number) => t.is(editDistance(a, b), distance),
  title: (_, a: string, b: string) => `"${a}" to "${b}"`,
})
test(isFrom, '', '', 0)
test(isFrom, '', 'abc', 3)
test(isFrom, 'adress', 'address', 1)
test(isFrom, 'clutser', 'cluster', 1)
test(isFrom, 'ansible_hots', 'ansible_host', 1)
test(isFrom, 'gatway', 'gateway', 1)
test(isFrom, 'env', 'dns', 2)
test(isFrom, 'kitten', 'sitting', 3)

test('a distance is the same both ways, and never more than the longer word', t => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b)
        return (
          distance === editDistance(b, a) && distance <= Math.max(a.length, b.length) && (distance === 0) === (a === b)
        )
      }),
    ),
  )
})

test('two letters of difference are too many for a short word', t => {
  t.is(nearest('env', ['dns', 'cluster']), undefined)
  t.is(nearest('dsn', ['dns', 'cluster']), 'dns')
})

test('upper and lower case are the same', t => t.is(nearest('website', ['WebSite']), 'WebSite'))

test('the nearest wins', t => t.is(nearest('node1', ['node22', 'node12', 'node1x', 'node1']), 'node1'))

test('without a similar word all are listed', t => {
  t.is(didYouMean('zebra', ['a', 'b'], 'Roles'), 'Roles: a, b.')
  t.is(didYouMean('zebra', [], 'Roles'), undefined)
})
