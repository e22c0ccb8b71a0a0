import test from 'ava'
import { roundOf, type Seen } from '../../../roles/drill/result.js'

const good = (at: number, node = 'node1') => ({ at, ms: 5, node })
const bad = (at: number) => ({ at, ms: 5, error: 'no connection' })

const seen: Seen = {
  cluster: 'pacemaker1', round: 1, rounds: 1, how: 'standby', node: 'node1', words: 'is put in standby',
  answers: [good(-40), good(0), bad(40), bad(80), good(2200, 'node2'), good(2240, 'node2')],
  entries: [
    { at: 20.4, kind: 'transition', by: 'node2' }, { at: 2100, kind: 'started', resource: 'FloatIP', node: 'node2', by: 'node2' },
    { at: 2190, kind: 'started', resource: 'WebSite', node: 'node2', by: 'node2' }, { at: -900, kind: 'left', by: 'node2' },
    { at: 9000, kind: 'started', resource: 'WebSite', node: 'node1', by: 'node1' },
  ],
  held: [[{ from: -Infinity, to: 2000 }], [{ from: 2050, to: 9000 }]],
  holders: { before: 'node1', then: 'node2', after: 'node2' },
  restoredAt: 4000, wellAt: 6000, maxOutage: undefined, trouble: undefined,
}

test('the result of a planned move', t => {
  const { event, signal } = roundOf(seen)
  t.deepEqual(event, {
    event: 'drill-round', cluster: 'pacemaker1', status: 'ok', round: 1, rounds: 1, how: 'standby', node: 'node1', outage_ms: 2165, outage_at_ms: 40,
    failed_requests: 2, requests: 6, detected_ms: 20, started_ms: 2190, answered_ms: 2205, moved_to: 'node2', returned: false, held_twice_ms: 0, reason: undefined,
  })
  t.deepEqual(signal.marks.map(({ at, text }) => `${at} ${text}`), [
    '0 node1 is put in standby', '20 node2 noticed', '2100 FloatIP started on node2', '2190 WebSite started on node2', '2205 the page answers from node2',
    '4000 node1 is put right', '6000 all is well again',
  ])
  t.is(signal.answers.length, 6)
})

test('longer than allowed', t => {
  t.like(roundOf({ ...seen, maxOutage: 2000 }).event, { status: 'failed', reason: 'an outage of 2165 ms, with 2000 ms allowed' })
  t.is(roundOf({ ...seen, maxOutage: 2165 }).event.status, 'ok')
})

test('the service did not come back: that comes first', t => {
  const { event } = roundOf({ ...seen, maxOutage: 1, trouble: 'waited 180 s, in vain', wellAt: undefined, holders: { before: 'node1', then: undefined, after: 'node1' } })
  t.like(event, { status: 'failed', reason: 'waited 180 s, in vain', moved_to: undefined, returned: false })
})

test('both have it, and it comes back', t => {
  const { event } = roundOf({ ...seen, held: [[{ from: -Infinity, to: 4500 }], [{ from: 2050, to: 4600 }]], holders: { before: 'node1', then: 'node2', after: 'node1' } })
  t.like(event, { held_twice_ms: 2450, moved_to: 'node2', returned: true })
})

test('restarted in place', t => {
  const answers = [good(-40), bad(40), good(6000), good(6040)]
  const { event } = roundOf({ ...seen, answers, holders: { before: 'node1', then: 'node1', after: 'node1' } })
  t.like(event, { answered_ms: 6005, moved_to: undefined, returned: false })
})

test('nobody noticed anything', t => {
  const { event } = roundOf({ ...seen, answers: [good(-40), good(0), good(40)], entries: [], held: [[], []], holders: { before: 'node1', then: 'node1', after: 'node1' } })
  t.like(event, { outage_ms: 0, outage_at_ms: undefined, detected_ms: undefined, started_ms: undefined, answered_ms: undefined })
})

test('a DC whose journal has gone with it: what the others were told to do', t => {
  const entries = seen.entries.filter(({ kind }) => kind === 'started')
  t.is(roundOf({ ...seen, entries }).event.detected_ms, 2100)
})

test('all nodes show the same page', t => {
  const { event, signal } = roundOf({ ...seen, answers: [{ at: -40, ms: 5 }, bad(40), { at: 2200, ms: 5 }] })
  t.is(event.answered_ms, 2205)
  t.true(signal.marks.some(({ text }) => text === 'the page answers'))
})
