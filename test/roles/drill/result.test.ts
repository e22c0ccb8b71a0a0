import test from 'ava'
import { summarizeRound, type Observations } from '../../../roles/drill/result.js'

const good = (at: number, node = 'node1') => ({ at, ms: 5, node })
const bad = (at: number) => ({ at, ms: 5, error: 'no connection' })

const observed: Observations = {
  cluster: 'pacemaker1',
  round: 1,
  rounds: 1,
  fault: 'standby',
  node: 'node1',
  description: 'is put in standby',
  answers: [good(-40), good(0), bad(40), bad(80), good(2200, 'node2'), good(2240, 'node2')],
  journal: [
    { at: 20.4, kind: 'transition', by: 'node2' },
    { at: 2100, kind: 'started', resource: 'FloatIP', node: 'node2', by: 'node2' },
    { at: 2190, kind: 'started', resource: 'WebSite', node: 'node2', by: 'node2' },
    { at: -900, kind: 'left', by: 'node2' },
    { at: 9000, kind: 'started', resource: 'WebSite', node: 'node1', by: 'node1' },
  ],
  addressPeriods: [[{ from: -Infinity, to: 2000 }], [{ from: 2050, to: 9000 }]],
  floatingIpNode: { before: 'node1', recovered: 'node2', end: 'node2' },
  repairedAt: 4000,
  healthyAt: 6000,
  maxOutage: undefined,
  failure: undefined,
}

test('the result of a planned move', t => {
  const { event, signal } = summarizeRound(observed)
  t.deepEqual(event, {
    event: 'drill-round',
    cluster: 'pacemaker1',
    status: 'ok',
    round: 1,
    rounds: 1,
    fault: 'standby',
    node: 'node1',
    outage_ms: 2165,
    outage_at_ms: 40,
    failed_requests: 2,
    requests: 6,
    detected_ms: 20,
    started_ms: 2190,
    answered_ms: 2205,
    moved_to: 'node2',
    returned: false,
    duplicate_address_ms: 0,
    reason: undefined,
  })
  t.deepEqual(
    signal.marks.map(({ at, text }) => `${at} ${text}`),
    [
      '0 node1 is put in standby',
      '20 node2 noticed',
      '2100 FloatIP started on node2',
      '2190 WebSite started on node2',
      '2205 the page answers from node2',
      '4000 repair of node1 begins',
      '6000 the cluster is healthy again',
    ],
  )
  t.is(signal.answers.length, 6)
})

test('a round with a longer outage than allowed has failed', t => {
  t.like(summarizeRound({ ...observed, maxOutage: 2000 }).event, {
    status: 'failed',
    reason: 'the outage lasted 2165 ms, 2000 ms are allowed',
  })
  t.is(summarizeRound({ ...observed, maxOutage: 2165 }).event.status, 'ok')
})

test('a service that did not come back is the first reason of a failure', t => {
  const { event } = summarizeRound({
    ...observed,
    maxOutage: 1,
    failure: 'timed out after 180 s',
    healthyAt: undefined,
    floatingIpNode: { before: 'node1', recovered: undefined, end: 'node1' },
  })
  t.like(event, { status: 'failed', reason: 'timed out after 180 s', moved_to: undefined, returned: false })
})

test('both nodes have the address for a while, and it returns', t => {
  const { event } = summarizeRound({
    ...observed,
    addressPeriods: [[{ from: -Infinity, to: 4500 }], [{ from: 2050, to: 4600 }]],
    floatingIpNode: { before: 'node1', recovered: 'node2', end: 'node1' },
  })
  t.like(event, { duplicate_address_ms: 2450, moved_to: 'node2', returned: true })
})

test('the service is restarted on the same node', t => {
  const answers = [good(-40), bad(40), good(6000), good(6040)]
  const { event } = summarizeRound({
    ...observed,
    answers,
    floatingIpNode: { before: 'node1', recovered: 'node1', end: 'node1' },
  })
  t.like(event, { answered_ms: 6005, moved_to: undefined, returned: false })
})

test('a fault without any effect', t => {
  const { event } = summarizeRound({
    ...observed,
    answers: [good(-40), good(0), good(40)],
    journal: [],
    addressPeriods: [[], []],
    floatingIpNode: { before: 'node1', recovered: 'node1', end: 'node1' },
  })
  t.like(event, {
    outage_ms: 0,
    outage_at_ms: undefined,
    detected_ms: undefined,
    started_ms: undefined,
    answered_ms: undefined,
  })
})

test('if the journal of the DC is lost, the first action of the others counts', t => {
  const journal = observed.journal.filter(({ kind }) => kind === 'started')
  t.is(summarizeRound({ ...observed, journal }).event.detected_ms, 2100)
})

test('all nodes show the same page', t => {
  const { event, signal } = summarizeRound({ ...observed, answers: [{ at: -40, ms: 5 }, bad(40), { at: 2200, ms: 5 }] })
  t.is(event.answered_ms, 2205)
  t.true(signal.marks.some(({ text }) => text === 'the page answers'))
})
