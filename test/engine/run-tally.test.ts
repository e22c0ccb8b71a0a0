import test from 'ava'
import { errorReport } from '../../runner/engine/error-report.js'
import type { MachineEvent, Status } from '../../runner/engine/events.js'
import { RunTally } from '../../runner/engine/run-tally.js'
import { exitCodes } from '../../runner/errors.js'
import { FakeClock } from '../fake-clock.js'

/** Counts tasks of these statuses, then overrides. */
const tallies = test.macro({
  exec: (t, events: [Status, string?][], overrides: number[], exit: number) => {
    const tally = new RunTally(performance.now())
    for (const [status, host] of events)
      tally.count({ event: 'task', cluster: 'c', host, role: 'r', task: 't', status, ms: 0 })
    for (const override of overrides) tally.override(override)
    t.is(tally.summary.exit, exit)
  },
  title: (name = '') => `exit code: ${name}`,
})

test('nothing', tallies, [], [], 0)
test(
  'changed is converged',
  tallies,
  [
    ['changed', 'a'],
    ['ok', 'a'],
    ['warning', 'a'],
    ['skipped', 'a'],
  ],
  [],
  0,
)
test('drift', tallies, [['would-change', 'a']], [], 3)
test('unknown is drift', tallies, [['unknown', 'a']], [], 3)
test(
  'failed before drift',
  tallies,
  [
    ['would-change', 'a'],
    ['failed', 'a'],
  ],
  [],
  2,
)
test(
  'unreachable before failed',
  tallies,
  [
    ['failed', 'a'],
    ['unreachable', 'b'],
  ],
  [],
  4,
)
test('wrong use before unreachable', tallies, [['unreachable', 'b']], [exitCodes.usage], 1)
test('locked before wrong use', tallies, [['unreachable', 'b']], [exitCodes.usage, exitCodes.locked], 5)
test('interrupted before all', tallies, [['failed', 'a']], [exitCodes.interrupted, exitCodes.locked], 130)
test(
  'interrupted before all, also if reported last',
  tallies,
  [['ok', 'a']],
  [exitCodes.locked, exitCodes.interrupted],
  130,
)

test('a summary counts tasks, assertions and nodes', t => {
  const tally = new RunTally(performance.now())
  const place = { cluster: 'c', role: 'r', task: 't', ms: 0 }
  const events: MachineEvent[] = [
    { event: 'task', ...place, host: 'a', status: 'ok' },
    { event: 'task', ...place, host: 'a', status: 'warning' },
    { event: 'task', ...place, status: 'skipped' },
    { event: 'assertion', ...place, status: 'failed' },
    { event: 'error', cluster: 'c', status: 'failed', error: { message: 'x' } },
    { event: 'error', cluster: 'c', host: 'b', status: 'unreachable', error: { message: 'x' } },
    { event: 'task', ...place, host: 'b', status: 'unreachable' },
  ]
  for (const event of events) tally.count(event)
  t.like(tally.summary, {
    event: 'summary',
    ok: 2,
    changed: 0,
    would_change: 0,
    unknown: 0,
    failed: 2,
    unreachable: 1,
    exit: 4,
  })
})

test('a defect of ha-run is less urgent than a failure and more urgent than drift', t => {
  const exitAfter = (...events: MachineEvent[]) => {
    const tally = new RunTally(performance.now())
    for (const event of events) tally.count(event)
    return tally.summary.exit
  }
  const place = { cluster: 'c', host: 'a', role: 'r', task: 't', ms: 0 }
  const defect: MachineEvent = {
    event: 'task',
    ...place,
    status: 'failed',
    error: errorReport(new TypeError('x is undefined')),
  }
  const drift: MachineEvent = { event: 'task', ...place, status: 'would-change' }
  const failure: MachineEvent = { event: 'assertion', ...place, status: 'failed' }
  t.is(exitAfter(defect, drift), 70)
  t.is(
    exitAfter({ event: 'error', cluster: 'c', status: 'failed', error: errorReport(new TypeError('x is undefined')) }),
    70,
  )
  t.is(exitAfter(defect, failure), 2)
})

test("the duration does not depend on the machine's date", t => {
  const clock = new FakeClock()
  const tally = new RunTally(clock.now(), clock)
  clock.pass(1500)
  t.is(tally.summary.ms, 1500)
})
