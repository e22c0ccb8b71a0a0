import test from 'ava'
import { offsetOf, secondsAhead, type ClockOffset } from '../../runner/facts/clock.js'

test('a clock is known to within the time that the answer took', t => {
  t.deepEqual(offsetOf('1000.250000000\n', { from: 1_000_000, to: 1_000_600 }), { least: -350, most: 250 })
  t.is(offsetOf('', { from: 0, to: 0 }), undefined)
  t.is(offsetOf('date: what?\n', { from: 0, to: 0 }), undefined)
})

const exact = (ms: number): ClockOffset => ({ least: ms, most: ms })
/** Two clocks, and by how many seconds the first is ahead for sure. */
const pairs: [ClockOffset, ClockOffset, number][] = [
  [exact(0), exact(0), 0],
  [exact(2500), exact(0), 2.5],
  [exact(0), exact(2500), -2.5],
  [{ least: -400, most: 600 }, { least: -700, most: 300 }, 0],
  [{ least: 1800, most: 2400 }, { least: -300, most: 300 }, 1.5],
  [{ least: -9600, most: -9000 }, exact(0), -9],
]

for (const [one, other, seconds] of pairs) {
  test(`${one.least} to ${one.most} ms against ${other.least} to ${other.most} ms`, t =>
    t.is(secondsAhead(one, other), seconds))
}
