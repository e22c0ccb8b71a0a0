import test from 'ava'
import type { AddedEvent } from '../../runner/tasks/added-events.js'
import type { Assertion, Verdict } from '../../runner/tasks/task.js'
import { fileText } from '../../runner/facts/files.js'
import { TaskError } from '../../runner/errors.js'
import { FakeClock } from '../fake-clock.js'
import { localCluster } from './cluster.js'

const asserts = (name: string, check: Assertion['check']): Assertion => ({ scope: 'assertion', name, check })
const says = (name: string, verdict: Verdict) => asserts(name, () => Promise.resolve(verdict))

test('an assertion is an event with its evidence, and a failed one does not stop the next', async t => {
  const c = localCluster(t)
  const { lines, summary } = await c.run(() => [
    says('one', { status: 'failed', evidence: 'no quorum', hint: 'start node2' }),
    says('two', { status: 'warning', evidence: 'no fencing' }),
    says('three', { status: 'ok', evidence: 'fine' }),
  ])
  t.deepEqual(lines, ['c one: failed, no quorum', 'c two: warning, no fencing', 'c three: ok, fine'])
  t.like(summary, { ok: 2, failed: 1, exit: 2 })
  t.like(
    c.events.find(event => event.event === 'assertion'),
    { cluster: 'c', role: 'r', hint: 'start node2' },
  )
})

test('headlines come with their assertion', async t => {
  const c = localCluster(t)
  await c.run(() => [says('one', { status: 'ok', evidence: '', headlines: [{ label: 'members', text: 'n1, n2' }] })])
  t.deepEqual(
    c.events.filter(event => event.event === 'headline'),
    [{ event: 'headline', cluster: 'c', label: 'members', text: 'n1, n2' }],
  )
})

test('events that a role adds come with their assertion, also if it fails', async t => {
  const added: AddedEvent = {
    event: 'topology',
    cluster: 'c',
    topology: { nodes: [], links: [], resources: [], floating_ip: { address: '192.0.2.10', nodes: [] } },
  }
  const c = localCluster(t)
  await c.run(() => [says('one', { status: 'failed', evidence: '', events: [added] })])
  t.deepEqual(
    c.events.filter(event => event.event === 'topology'),
    [added],
  )
})

test('if nothing was changed, an assertion is checked once', async t => {
  const c = localCluster(t, ['n1'])
  let checks = 0
  const { lines } = await c.run(() => [
    asserts('one', () => {
      checks += 1
      return Promise.resolve({ status: 'failed', evidence: 'no' })
    }),
  ])
  t.is(checks, 1)
  t.deepEqual(lines, ['c one: failed, no'])
})

test('after a change, an assertion may need a while to come true', async t => {
  const c = localCluster(t, ['n1'])
  let checks = 0
  const { lines } = await c.run(node => [
    c.wants(node, 'a', '1'),
    asserts('up', async ({ leader }) => {
      const state = await leader.read(fileText(c.path('n1', 'state')))
      checks += 1
      // The first failure is not reported as progress, the second is.
      if (checks === 2) c.write('n1', 'state', 'up')
      return state === 'up' ? { status: 'ok', evidence: state } : { status: 'failed', evidence: 'down' }
    }),
  ])
  t.deepEqual(lines, ['n1 write a: changed', 'c up: ok, up'])
  t.deepEqual(
    c.events.filter(event => event.event === 'progress').map(({ task, text }) => `${task}: ${text}`),
    ['up: not yet: down'],
  )
})

test('a plan that would change nothing asserts', async t => {
  const c = localCluster(t, ['n1'])
  c.write('n1', 'a', '1')
  const { lines } = await c.run(node => [c.wants(node, 'a', '1'), says('one', { status: 'ok', evidence: 'fine' })], {
    check: true,
  })
  t.deepEqual(lines, ['n1 write a: ok', 'c one: ok, fine'])
})

// If `crm_mon` prints something unexpected, the page is checked nevertheless.
test('an assertion that cannot be checked does not stop the others', async t => {
  const c = localCluster(t, ['n1'])
  const { lines } = await c.run(() => [
    asserts('one', () => Promise.reject(new TaskError('garbage'))),
    says('two', { status: 'ok', evidence: 'fine' }),
  ])
  t.deepEqual(lines, ['c one: failed, garbage', 'c two: ok, fine'])
})

test('assertions are watched together and reported in order, with what they prove; for how long is an option of the run', async t => {
  const c = localCluster(t, ['n1'])
  let checks = 0
  const flapping = asserts('flapping', () =>
    Promise.resolve(checks++ === 1 ? { status: 'failed', evidence: 'gone' } : { status: 'ok', evidence: 'there' }),
  )
  const { lines, summary } = await c.run(
    () => [{ ...says('one', { status: 'ok', evidence: 'fine' }), meaning: 'All is well.' }, flapping],
    { stable: 2, clock: new FakeClock() },
  )
  t.is(lines[0], 'c one: ok, fine')
  t.regex(
    lines[1]!,
    /^c flapping: failed, held at first, and after 1\.0 s no more: gone; as at first again after 2\.0 s$/,
  )
  t.is(summary.exit, 2)
  t.like(
    c.events.find(event => event.event === 'assertion'),
    { meaning: 'All is well.' },
  )
  t.deepEqual(
    c.events.filter(event => event.event === 'headline'),
    [],
  )
})

test('how long all have held is a line of the final table', async t => {
  const c = localCluster(t, ['n1'])
  await c.run(() => [says('one', { status: 'ok', evidence: 'fine' })], { stable: 1, clock: new FakeClock() })
  t.deepEqual(
    c.events.filter(event => event.event === 'headline'),
    [{ event: 'headline', cluster: 'c', label: 'stable', text: 'for 1 s, in 2 checks' }],
  )
})

test('every check reads its facts again, in one frame per node', async t => {
  const c = localCluster(t, ['n1'])
  c.write('n1', 'a', 'x')
  const before = c.frames()[0]!
  const reads = (name: string) =>
    asserts(name, async ({ leader }) => ({
      status: 'ok',
      evidence: (await leader.read(fileText(c.path('n1', 'a')))) ?? '',
    }))
  await c.run(() => [reads('one'), reads('two')], { stable: 2, clock: new FakeClock() })
  t.is(c.frames()[0]! - before, 3)
})
