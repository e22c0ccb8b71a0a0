import test from 'ava'
import { longestOutage, outages, type Answers } from '../../../roles/drill/outage.js'

/** One request every 100 ms, from -100 on: `.` answered in 5 ms, `s` in 1000; `x` failed after 5 ms, `T` after 1500. */
const answersOf = (pattern: string): Answers =>
  pattern.split('').map((sign, index) => {
    const at = index * 100 - 100
    return sign === '.' || sign === 's'
      ? { at, ms: sign === 's' ? 1000 : 5, node: 'node1' }
      : { at, ms: sign === 'T' ? 1500 : 5, error: 'no answer' }
  })

const is = test.macro({
  exec: (t, pattern: string, expected: [number, number][]) => {
    t.deepEqual(
      outages(answersOf(pattern)).map(({ from, to }) => [from, to]),
      expected,
    )
  },
  title: (_, pattern: string) => `outages of ${pattern}`,
})

test(is, '', [])
test(is, '......', [])
test(is, '..xxx..', [[100, 405]])
test(is, '..x.', [[100, 205]])
test(is, '.x..xx.', [
  [0, 105],
  [300, 505],
])
// A request that hangs does not prolong the outage if a later one is answered.
test(is, '.T..', [[0, 105]])
// A lost SYN is sent again after a second; later requests are answered meanwhile.
test(is, '.xxs..', [[0, 305]])
test(is, '.xxs', [[0, 1200]])
test(is, '.s..', [])
// Not over at the last answer: the outage lasts until then.
test(is, '..xx', [[100, 205]])
test(is, '..xT', [[100, 1700]])

test('the longest outage', t => {
  t.deepEqual(longestOutage(outages(answersOf('.x..xxx..xx.'))), { from: 300, to: 605 })
  t.is(longestOutage([]), undefined)
})
