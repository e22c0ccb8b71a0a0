/* oxlint-disable typescript/unbound-method -- tasks and checks do not use `this` */
import test, { type ExecutionContext } from 'ava'
import type { Assertion, Trial, Verdict } from '../../runner/tasks/task.js'
import { TaskError } from '../../runner/errors.js'
import { lines, localCluster, noted } from './cluster.js'

const holds: Verdict = { status: 'ok', evidence: 'fine' }
const broken: Verdict = { status: 'failed', evidence: 'amiss' }

/** A run of an assertion, a trial and another assertion. */
async function tried(
  t: ExecutionContext,
  {
    before = holds,
    after = holds,
    plan = () => Promise.resolve(['it falls over']),
    run = () => Promise.resolve(['nothing broke']),
    confirm = () => Promise.resolve(true),
    check = false,
    absent = [] as string[],
    tolerant = false,
  }: Partial<Pick<Trial, 'plan' | 'run'>> & {
    before?: Verdict
    after?: Verdict
    confirm?: (plan: string[]) => Promise<boolean>
    check?: boolean
    absent?: string[]
    tolerant?: boolean
  } = {},
) {
  const calls: string[] = []
  const cluster = localCluster(t, ['n1', 'n2'], absent)
  const trial: Trial = {
    scope: 'trial',
    name: 'trial',
    tolerant,
    plan,
    run: async scope => {
      calls.push('run')
      return run(scope)
    },
  }
  const assertion = (name: string, verdict: Verdict): Assertion => ({
    scope: 'assertion',
    name,
    check: () => Promise.resolve(verdict),
  })
  const result = await cluster.run(() => [assertion('before', before), trial, assertion('after', after)], {
    check,
    confirm: async intention => {
      calls.push(`asked: ${intention.join()}`)
      return confirm(intention)
    },
  })
  return { ...result, calls, events: cluster.events }
}

test('a trial is planned, confirmed and run, and assertions follow', async t => {
  const { calls, events, summary, lines: told } = await tried(t)
  t.deepEqual(calls, ['asked: it falls over', 'run'])
  t.deepEqual(told, ['c before: ok, fine', 'c trial: ok', 'c after: ok, fine'])
  t.like(
    events.find(event => event.event === 'task'),
    { effects: ['nothing broke'] },
  )
  t.like(summary, { ok: 3, changed: 0, failed: 0, exit: 0 })
})

test('no trial after a failed assertion, and none of the assertions behind it', async t => {
  const { calls, lines: told, summary } = await tried(t, { before: broken })
  t.deepEqual(calls, [])
  t.deepEqual(told, [
    'c before: failed, amiss',
    'c trial: skipped, 1 failed before it: nothing was done to the cluster',
  ])
  t.is(summary.exit, 2)
})

test('no trial without all members', async t => {
  const { calls, lines: told } = await tried(t, { absent: ['n2'] })
  t.deepEqual(calls, [])
  t.true(told.includes('c trial: skipped, n2 is unreachable: nothing was done to the cluster'))
})

test('a tolerant trial runs without all members and after a failed assertion: it is for a cluster that is not well', async t => {
  const { calls, lines: told, summary } = await tried(t, { tolerant: true, before: broken, absent: ['n2'] })
  t.deepEqual(calls, ['asked: it falls over', 'run'])
  t.true(told.includes('c trial: ok'))
  t.is(summary.exit, 2)
})

test('a plan that throws ends the run', async t => {
  const { calls, lines: told, summary } = await tried(t, { plan: () => Promise.reject(new TaskError('no quorum')) })
  t.deepEqual(calls, [])
  t.deepEqual(told, ['c before: ok, fine', 'c trial: failed, no quorum'])
  t.is(summary.exit, 2)
})

test('no trial without a confirmation', async t => {
  const { calls, lines: told, summary } = await tried(t, { confirm: () => Promise.resolve(false) })
  t.deepEqual(calls, ['asked: it falls over'])
  t.deepEqual(told, ['c before: ok, fine', 'c trial: skipped, not confirmed: nothing was done to the cluster'])
  t.is(summary.exit, 0)
})

test('--check neither asks nor runs the trial', async t => {
  const { calls, lines: told, summary } = await tried(t, { check: true })
  t.deepEqual(calls, [])
  t.deepEqual(told, ['c before: ok, fine', 'c trial: skipped, it would be done: it falls over'])
  t.is(summary.exit, 0)
})

test('assertions also follow a trial that failed', async t => {
  const { lines: told, summary } = await tried(t, { run: () => Promise.reject(new TaskError('too long')) })
  t.deepEqual(told, ['c before: ok, fine', 'c trial: failed, too long', 'c after: ok, fine'])
  t.is(summary.exit, 2)
})

test('events that a trial adds are passed on, and do not count', async t => {
  const round = {
    event: 'drill-round',
    cluster: 'c',
    status: 'failed',
    round: 1,
    rounds: 1,
    fault: 'stop',
    node: 'n1',
    outage_ms: 1,
    failed_requests: 1,
    requests: 2,
    returned: false,
    duplicate_address_ms: 0,
  } as const
  const { events, summary } = await tried(t, {
    run: ({ report }) => {
      report(round)
      return Promise.resolve([])
    },
  })
  t.true(events.includes(round))
  t.is(summary.failed, 0)
})

test('what a trial has restored may need a moment to settle', async t => {
  let looks = 0
  const cluster = localCluster(t)
  const settling: Assertion = {
    scope: 'assertion',
    name: 'after',
    check: () => Promise.resolve((looks += 1) > 2 ? holds : broken),
  }
  const trial: Trial = {
    scope: 'trial',
    name: 'trial',
    plan: () => Promise.resolve([]),
    run: () => Promise.resolve([]),
  }
  await cluster.run(() => [noted('x', ['x']), trial, settling], { confirm: () => Promise.resolve(true) })
  t.is(lines(cluster.events).at(-1), 'c after: ok, fine')
})
