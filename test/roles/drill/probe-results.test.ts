import test from 'ava'
import { figuresOf, withOwners, worstProbe } from '../../../roles/drill/probe-results.js'
import { summarizeRound } from '../../../roles/drill/result.js'
import { observed } from './observed.js'

const good = (at: number) => ({ at, ms: 5 })
const bad = (at: number) => ({ at, ms: 5, error: 'no connection' })
const page = { probe: 'page', answers: [good(0), bad(40), good(80), good(120)] }
const dns = { probe: 'dns', answers: [good(0), bad(40), bad(80), bad(120), good(900)] }

test('the probe with the longest outage is the worst', t => {
  t.is(worstProbe([page, dns]), dns)
  t.is(worstProbe([dns, page]), dns)
  t.is(worstProbe([page, { ...page, probe: 'other' }]), page, 'the first of equals')
  t.deepEqual(figuresOf(dns), { probe: 'dns', outage_ms: 865, outage_at_ms: 40, failed_requests: 3, requests: 5 })
  t.deepEqual(figuresOf({ probe: 'own', answers: [good(0)] }), {
    probe: 'own',
    outage_ms: 0,
    failed_requests: 0,
    requests: 1,
  })
})

test('an answer that names no node comes from the one that had the address', t => {
  const periods = [
    { node: 'node1', from: -Infinity, to: 100 },
    { node: 'node2', from: 90, to: 1000 },
  ]
  const named = { at: 20, ms: 5, node: 'node2' }
  t.deepEqual(
    withOwners([good(0), named, bad(40), good(88), good(200), good(2000)], periods).map(({ node }) => node),
    ['node1', 'node2', undefined, undefined, 'node2', undefined],
    'failed, on two nodes, and on none: nobody',
  )
})

test('a round shows the worst probe, the figures of all, and fails by the worst', t => {
  const { event, signal, others } = summarizeRound({ ...observed, ...dns, probes: [page, dns], maxOutage: 500 })
  t.like(event, { probe: 'dns', outage_ms: 865, failed_requests: 3, requests: 5, status: 'failed' })
  t.is(event.reason, 'the outage of dns lasted 865 ms, 500 ms are allowed')
  t.deepEqual(
    event.probes?.map(({ probe, outage_ms }) => [probe, outage_ms]),
    [
      ['page', 45],
      ['dns', 865],
    ],
  )
  t.is(signal.probe, 'dns')
  t.deepEqual(
    others.map(({ probe, answers }) => [probe, answers.length]),
    [['page', 4]],
  )
  t.true(signal.marks.some(({ text }) => text === 'the probe dns answers'))
})
