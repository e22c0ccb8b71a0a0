import test from 'ava'
import fc from 'fast-check'
import { growthExponent, spread } from './statistics.js'

test('median, least and most, of odd and even numbers of values, however they come', t => {
  t.deepEqual(spread([3, 1, 2]), { median: 2, min: 1, max: 3 })
  t.deepEqual(spread([10, 9, 1, 2]), { median: 5.5, min: 1, max: 10 })
  t.deepEqual(spread([7]), { median: 7, min: 7, max: 7 })
  t.throws(() => spread([]), { instanceOf: RangeError })
})

test('as many values lie above the median as below', t => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), values => {
      const { median } = spread(values)
      return (
        values.filter(value => value > median).length <= values.length / 2 &&
        values.filter(value => value < median).length <= values.length / 2
      )
    }),
  )
  t.pass()
})

test('growth: in proportion is 1, not at all is 0, quadratic is 2', t => {
  t.is(growthExponent([4, 1], [16, 4]), 1)
  t.is(growthExponent([4, 7], [16, 7]), 0)
  t.is(growthExponent([4, 1], [16, 16]), 2)
})
