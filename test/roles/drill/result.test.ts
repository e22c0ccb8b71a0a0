import test from 'ava'
import { summarizeRound } from '../../../roles/drill/result.js'
import { bad, first, good, observed } from './observed.js'

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

test('the result of a drill in which another instance is promoted', t => {
  const at = (node: string) => new Map([['DB', [node]]])
  const promotion = { at: 2150, kind: 'promoted', resource: 'DB', node: 'node2', by: 'node2' } as const
  const moved = { before: at('node1'), recovered: at('node2') }
  const { event, signal } = summarizeRound({
    ...observed,
    journal: [...observed.journal, promotion],
    promoted: moved,
  })
  t.deepEqual(event.promotions, [{ resource: 'DB', from: 'node1', to: 'node2' }])
  t.true(signal.marks.some(({ at: moment, text }) => moment === 2150 && text === 'DB promoted on node2'))
  const stayed = { before: at('node1'), recovered: at('node1') }
  t.false('promotions' in summarizeRound({ ...observed, promoted: stayed }).event)
  const lost = { before: at('node1'), recovered: new Map() }
  t.false('promotions' in summarizeRound({ ...observed, promoted: lost }).event)
  const first = { before: new Map(), recovered: at('node2') }
  t.deepEqual(summarizeRound({ ...observed, promoted: first }).event.promotions, [
    { resource: 'DB', from: undefined, to: 'node2' },
  ])
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
    addresses: first([[{ from: -Infinity, to: 4500 }], [{ from: 2050, to: 4600 }]]),
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
    addresses: first([[], []]),
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
    addresses: first([[{ from: -Infinity, to: 1750 }], [{ from: 2050, to: 9000 }]]),
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
    addresses: first([[{ from: -Infinity, to: 9000 }], []]),
    floatingIpNode: { before: 'node1', recovered: 'node1', end: 'node1' },
  })
  t.like(event, { fenced: 'node2', fenced_ms: 6500, address_free_ms: 0, moved_to: undefined })
  t.deepEqual(remarks, ['node2 was fenced by node1, which kept the floating IP'])
})

test('with fencing, two holders or two fenced nodes fail the round', t => {
  const addresses = first([[{ from: -Infinity, to: 2100 }], [{ from: 2050, to: 9000 }]])
  t.like(summarizeRound({ ...observed, fences: true, addresses }).event, {
    status: 'failed',
    reason: 'two nodes had the floating IP for 50 ms, although the cluster fences',
  })
  t.is(summarizeRound({ ...observed, addresses }).event.status, 'ok', 'it was accepted without fencing')
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

test('of several addresses, the event has each and the worst, and a remark the times', t => {
  const addresses = [
    { address: '192.168.0.10', periods: [[{ from: -Infinity, to: 2000 }], [{ from: 2050, to: 60_000 }]] },
    { address: 'fd00:1::10', periods: [[{ from: -Infinity, to: 2000 }], [{ from: 3500, to: 60_000 }]] },
  ]
  const { event, remarks } = summarizeRound({ ...observed, answers: [], healthyAt: 9000, addresses })
  t.deepEqual(event.addresses, [
    { address: '192.168.0.10', free_ms: 50, duplicate_ms: 0 },
    { address: 'fd00:1::10', free_ms: 1500, duplicate_ms: 0 },
  ])
  t.is(event.address_free_ms, 1500)
  t.true(remarks.includes('no node had 192.168.0.10 for 50 ms, fd00:1::10 for 1500 ms'))
})
