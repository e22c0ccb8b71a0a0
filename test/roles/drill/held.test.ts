import test from 'ava'
import { heldTimes, heldTwice } from '../../../roles/drill/held.js'

const at = (seconds: string) => Date.parse(`2026-11-27T18:38:${seconds}Z`)
/** What `ip -ts -o monitor address` of iproute2 6.1 prints. */
const come = (seconds: string, address = '192.168.0.10') => `[2026-11-27T18:38:${seconds}] 2: eth0    inet ${address}/24 brd 192.168.0.255 scope global secondary eth0\\       valid_lft forever preferred_lft forever`
const gone = (seconds: string, address = '192.168.0.10') => `[2026-11-27T18:38:${seconds}] Deleted 2: eth0    inet ${address}/24 brd 192.168.0.255 scope global secondary eth0\\       valid_lft forever preferred_lft forever`
const end = at('59.000')

const times = test.macro({
  exec: (t, lines: string[], expected: [number, number][]) => {
    t.deepEqual(heldTimes(lines, '192.168.0.10', end).map(({ from, to }) => [from, to]), expected)
  },
  title: (name = '') => `held: ${name}`,
})

test('never', times, [], [])
test('all the time', times, ['held'], [[-Infinity, end]])
test('until it was taken off', times, ['held', gone('04.250123')], [[-Infinity, at('04.250')]])
test('from when it came on', times, [come('04.250123')], [[at('04.250'), end]])
test('twice', times, ['held', gone('01.000000'), come('02.000000'), gone('03.000000')], [[-Infinity, at('01.000')], [at('02.000'), at('03.000')]])
test('set anew while it is there', times, ['held', come('01.000000'), gone('02.000000')], [[-Infinity, at('02.000')]])
test('others, also those that begin alike', times, [come('01.000000', '192.168.0.1'), come('01.000000', '192.168.0.100'), 'rubbish'], [])

test('how long two have it', t => {
  const one = [{ from: -Infinity, to: 1000 }]
  t.is(heldTwice([one, [{ from: 1000, to: 9000 }]]), 0)
  t.is(heldTwice([one, [{ from: 400, to: 9000 }]]), 600)
  t.is(heldTwice([[{ from: 0, to: 10 }, { from: 20, to: 30 }], [{ from: 5, to: 25 }]]), 10)
  t.is(heldTwice([[{ from: 0, to: 30 }], [{ from: 10, to: 20 }], [{ from: 10, to: 20 }]]), 10, 'three are no more than two')
  t.is(heldTwice([[], []]), 0)
})
