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
  isMonitored: true,
  fences: false,
  fenced: [],
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
    fenced: undefined,
    fenced_ms: undefined,
    fencing_failed_ms: undefined,
    address_free_ms: 50,
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

const fenced = (at: number, node = 'node1', by = 'node2') => ({ at, kind: 'fenced' as const, node, by })
const notFenced = (at: number) => ({ at, kind: 'not fenced' as const, node: 'node1', by: 'node2' })

test('the drilled node is fenced: when, and how long the address was free', t => {
  const { event, signal, remarks } = summarizeRound({
    ...observed,
    fences: true,
    fenced: ['node1'],
    journal: [...observed.journal, fenced(1800.4), fenced(1900, 'node1', 'node3')],
    addressPeriods: [[{ from: -Infinity, to: 1750 }], [{ from: 2050, to: 9000 }]],
  })
  t.like(event, { status: 'ok', fenced: 'node1', fenced_ms: 1800, address_free_ms: 300, duplicate_address_ms: 0 })
  t.true(signal.marks.some(({ at, text }) => at === 1800 && text === 'node1 was fenced'))
  t.deepEqual(remarks, [])
})

test('the other node is fenced, and the drilled one keeps the address', t => {
  const { event, remarks } = summarizeRound({
    ...observed,
    fault: 'cut',
    fences: true,
    fenced: ['node2'],
    journal: [fenced(6500, 'node2', 'node1')],
    addressPeriods: [[{ from: -Infinity, to: 9000 }], []],
    floatingIpNode: { before: 'node1', recovered: 'node1', end: 'node1' },
  })
  t.like(event, { fenced: 'node2', fenced_ms: 6500, address_free_ms: 0, moved_to: undefined })
  t.deepEqual(remarks, ['node2 was fenced by node1, which kept the floating IP'])
})

test('with fencing, two holders or two fenced nodes fail the round', t => {
  const addressPeriods = [[{ from: -Infinity, to: 2100 }], [{ from: 2050, to: 9000 }]]
  t.like(summarizeRound({ ...observed, fences: true, addressPeriods }).event, {
    status: 'failed',
    reason: 'two nodes had the floating IP for 50 ms, although the cluster fences',
  })
  t.is(summarizeRound({ ...observed, addressPeriods }).event.status, 'ok', 'it was accepted without fencing')
  t.like(summarizeRound({ ...observed, fences: true, fenced: ['node1', 'node2'] }).event, {
    status: 'failed',
    reason: 'node1 and node2 were both fenced',
  })
})

test('a device that fails: what happened instead', t => {
  const plugged = { ...observed, fault: 'plug', device: 'plug1', fences: true }
  const held = summarizeRound({ ...plugged, journal: [...observed.journal, notFenced(3500), notFenced(3900)] })
  t.like(held.event, { fenced: undefined, fenced_ms: undefined, fencing_failed_ms: 3500 })
  t.deepEqual(held.remarks, ['plug1 could not fence node1, and no other node took over'])
  const released = summarizeRound({ ...plugged, fenced: ['node1'], journal: [notFenced(3500), fenced(9000)] })
  t.like(released.event, { fenced: 'node1', fenced_ms: 9000, fencing_failed_ms: 3500 })
  t.deepEqual(released.remarks, ['plug1 could not fence node1, and no other node took over until plug1 answered again'])
  t.deepEqual(summarizeRound({ ...plugged, fenced: ['node1'], journal: [fenced(3500)] }).remarks, [
    'node1 was fenced without plug1',
  ])
})

test('if a node could not be monitored, it is not known how long the address was free', t => {
  t.is(summarizeRound({ ...observed, isMonitored: false }).event.address_free_ms, undefined)
})
