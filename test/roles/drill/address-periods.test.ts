import test from 'ava'
import {
  addressPeriods,
  duplicateAddressMs,
  freeAddressMs,
  lastSignOfLife,
} from '../../../roles/drill/address-periods.js'

const at = (seconds: string) => Date.parse(`2026-11-27T18:38:${seconds}Z`)
/** Lines as `ip -ts -o monitor address` of iproute2 6.1 prints them. */
const added = (seconds: string, address = '192.168.0.10') =>
  `[2026-11-27T18:38:${seconds}] 2: eth0    inet ${address}/24 brd 192.168.0.255 scope global secondary eth0\\       valid_lft forever preferred_lft forever`
const deleted = (seconds: string, address = '192.168.0.10') =>
  `[2026-11-27T18:38:${seconds}] Deleted 2: eth0    inet ${address}/24 brd 192.168.0.255 scope global secondary eth0\\       valid_lft forever preferred_lft forever`
const end = at('59.000')

const periods = test.macro({
  exec: (t, lines: string[], expected: [number, number][]) => {
    t.deepEqual(
      addressPeriods(lines, '192.168.0.10', end).map(({ from, to }) => [from, to]),
      expected,
    )
  },
  title: (name = '') => `address periods: ${name}`,
})

test('never', periods, [], [])
test('all the time', periods, ['present 192.168.0.10'], [[-Infinity, end]])
test(
  'until the address is removed',
  periods,
  ['present 192.168.0.10', deleted('04.250123')],
  [[-Infinity, at('04.250')]],
)
test('since the address was added', periods, [added('04.250123')], [[at('04.250'), end]])
test(
  'two periods',
  periods,
  ['present 192.168.0.10', deleted('01.000000'), added('02.000000'), deleted('03.000000')],
  [
    [-Infinity, at('01.000')],
    [at('02.000'), at('03.000')],
  ],
)
test(
  'added again while it is present',
  periods,
  ['present 192.168.0.10', added('01.000000'), deleted('02.000000')],
  [[-Infinity, at('02.000')]],
)
test(
  'other addresses are ignored, also those with the same beginning',
  periods,
  [added('01.000000', '192.168.0.1'), added('01.000000', '192.168.0.100'), 'rubbish'],
  [],
)

test('how long two nodes have the address at once', t => {
  const one = [{ from: -Infinity, to: 1000 }]
  t.is(duplicateAddressMs([one, [{ from: 1000, to: 9000 }]]), 0)
  t.is(duplicateAddressMs([one, [{ from: 400, to: 9000 }]]), 600)
  t.is(
    duplicateAddressMs([
      [
        { from: 0, to: 10 },
        { from: 20, to: 30 },
      ],
      [{ from: 5, to: 25 }],
    ]),
    10,
  )
  t.is(
    duplicateAddressMs([[{ from: 0, to: 30 }], [{ from: 10, to: 20 }], [{ from: 10, to: 20 }]]),
    10,
    'a third node does not count again',
  )
  t.is(duplicateAddressMs([[], []]), 0)
})

test('how long no node has the address between two moments', t => {
  const one = [{ from: -Infinity, to: 1000 }]
  t.is(freeAddressMs([one, [{ from: 1000, to: 9000 }]], undefined, 0, 8000), 0)
  t.is(freeAddressMs([one, [{ from: 1400, to: 9000 }]], undefined, 0, 8000), 400)
  t.is(
    freeAddressMs([one, [{ from: 900, to: 9000 }]], undefined, 0, 8000),
    0,
    'two holders do not count for one without',
  )
  t.is(
    freeAddressMs(
      [
        one,
        [
          { from: 200, to: 300 },
          { from: 1300, to: 9000 },
        ],
      ],
      undefined,
      0,
      8000,
    ),
    300,
  )
  t.is(freeAddressMs([one, []], undefined, 0, 8000), 7000)
  t.is(freeAddressMs([one, [{ from: 1400, to: 1500 }]], undefined, 1200, 1450), 200)
  t.is(freeAddressMs([[], []], undefined, 0, 8000), 8000)
})

test('the end of the outage shows that some node has the address, although it is not monitored yet', t => {
  const one = [{ from: -Infinity, to: 1000 }]
  t.is(freeAddressMs([one, [{ from: 5000, to: 9000 }]], 3000, 0, 8000), 2000)
  t.is(freeAddressMs([one, [{ from: 5000, to: 9000 }]], 5040, 0, 8000), 4000)
  t.is(freeAddressMs([one, [{ from: 5000, to: 9000 }]], 900, 0, 8000), 4000, 'an outage before it shows nothing')
})

test('a node that loses its power has the address until its last sign of life', t => {
  const lines = ['present 192.168.0.10', 'alive 1795804680000000000', 'alive 1795804680250000000', added('04.250123')]
  t.is(Math.round(lastSignOfLife(lines)!), 1795804680250)
  t.is(lastSignOfLife(['present 192.168.0.10', 'alive ']), undefined)
})

test('an IPv6 address counts once the kernel uses it, and not while it may be a duplicate', t => {
  const lines = [
    'present 192.168.0.10',
    '[2026-11-27T18:38:01.000000] 2: eth0    inet6 fd00:1::10/64 scope global tentative \\       valid_lft forever',
    '[2026-11-27T18:38:02.500000] 2: eth0    inet6 fd00:1::10/64 scope global \\       valid_lft forever',
    '[2026-11-27T18:38:09.000000] Deleted 2: eth0    inet6 fd00:1::10/64 scope global \\       valid_lft forever',
    '[2026-11-27T18:38:10.000000] 2: eth0    inet6 fd00:1::10/64 scope global dadfailed tentative \\       valid_lft forever',
  ]
  t.deepEqual(addressPeriods(lines, 'fd00:1::10', Date.parse('2026-11-27T18:39:00Z')), [
    { from: Date.parse('2026-11-27T18:38:02.500Z'), to: Date.parse('2026-11-27T18:38:09.000Z') },
  ])
})
