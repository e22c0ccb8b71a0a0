import test from 'ava'
import fc from 'fast-check'
import { niceStep, timeAxis } from '../../runner/report/time-axis.js'

test('steps are 1, 2 or 5 times a power of ten', t => {
  t.deepEqual([0.3, 1, 1.1, 3, 7, 60, 450, 1000].map(niceStep), [0.5, 1, 2, 5, 10, 100, 500, 1000])
})

test('a long time without events is cut out, and its length is shown', t => {
  const axis = timeAxis([-5000, 60_000], [0, 3000, 50_000], 700)
  t.is(axis.cuts.length, 1)
  t.is(axis.place(20_000), undefined)
  t.is(axis.place(-5000), undefined, 'long before the fault')
  t.true(axis.cuts[0]!.ms > 40_000)
  t.true(axis.ticks.some(({ at }) => at === 0))
})

test('events close together are not separated by a cut', t =>
  t.deepEqual(timeAxis([-500, 6000], [0, 100, 3000, 5000], 700).cuts, []))

test('every event has its place on the axis, in order', t => {
  const times = fc.array(fc.integer({ min: -10_000, max: 600_000 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(times, fc.integer({ min: 240, max: 800 }), (moments, width) => {
      const sorted = moments.toSorted((one, other) => one - other)
      const axis = timeAxis([sorted[0]!, sorted.at(-1)!], moments, width)
      const places = sorted.map(at => axis.place(at))
      t.true(
        places.every(place => place !== undefined && place >= -0.01 && place <= width + 0.01),
        JSON.stringify({ sorted, places }),
      )
      t.deepEqual(
        places,
        places.toSorted((one, other) => one! - other!),
      )
      t.true(axis.ticks.length < width / 20)
    }),
  )
})
