import test from 'ava'
import { InterruptedError, TaskError } from '../../runner/errors.js'
import { until } from '../../runner/tasks/until.js'
import { FakeClock } from '../fake-clock.js'

const waiting = () => ({ abandon: new AbortController().signal, progress: () => {}, clock: new FakeClock() })

test('until polls until there is a result', async t => {
  let polls = 0
  t.is(await until('x', 5, () => Promise.resolve((polls += 1) > 2 ? 'seen' : undefined), waiting()), 'seen')
  t.is(polls, 3)
})

test('until reports what it waits for, with what was seen last, and clears the report at the end', async t => {
  const reported: (string | undefined)[] = []
  let polls = 0
  await until(
    '2 nodes to join',
    5,
    async report => {
      report(`node1 sees ${polls}`)
      return (polls += 1) > 2 ? true : undefined
    },
    { ...waiting(), progress: text => reported.push(text) },
  )
  t.deepEqual(reported, [
    'waiting for 2 nodes to join: node1 sees 0',
    'waiting for 2 nodes to join: node1 sees 1',
    undefined,
  ])
  const timedOut = until(
    'a DC',
    0.1,
    report => {
      report('no quorum')
      return Promise.resolve(undefined)
    },
    waiting(),
  )
  await t.throwsAsync(timedOut, { message: 'timed out after 0.1 s waiting for a DC (seen: no quorum)' })
})

test('until times out, and names what it waited for', async t => {
  const clock = new FakeClock()
  await t.throwsAsync(
    until('a DC', 60, () => Promise.resolve(undefined), { ...waiting(), clock, hint: 'check the log' }),
    { instanceOf: TaskError, message: 'timed out after 60 s waiting for a DC' },
  )
  t.true(clock.now() <= 60_000)
  const began = clock.now()
  const abandon = AbortSignal.abort()
  await t.throwsAsync(
    until('a DC', 60, () => Promise.resolve(undefined), { ...waiting(), clock, abandon }),
    { instanceOf: InterruptedError },
  )
  t.is(clock.now(), began)
})

test('until polls at least once, and false is a result', async t => {
  t.is(await until('x', 0, () => Promise.resolve(false), waiting()), false)
  await t.throwsAsync(
    until('x', 5, () => Promise.reject(new TaskError('no agent')), waiting()),
    { message: 'no agent' },
  )
})
