import test from 'ava'
import { ConnectError, InterruptedError, TaskError } from '../../runner/errors.js'
import { retryUntilReachable } from '../../runner/tasks/retry-until-reachable.js'
import { FakeClock } from '../fake-clock.js'

/** Attempts that end one after the other with these errors, and then with success. */
async function attempts(errors: Error[], abandon = new AbortController().signal) {
  const reported: (string | undefined)[] = []
  const clock = new FakeClock()
  const result = retryUntilReachable(
    'node1 to answer',
    5,
    { abandon, progress: text => reported.push(text) },
    async () => {
      const error = errors.shift()
      if (error) throw error
      return 'reached'
    },
    clock,
  )
  return { result: await result, reported, ms: clock.now() }
}

test('an attempt is repeated once a second until the node is reachable', async t => {
  t.deepEqual(await attempts([new ConnectError('refused'), new ConnectError('no route')]), {
    result: 'reached',
    reported: ['waiting for node1 to answer'],
    ms: 2000,
  })
})

test('after the timeout the last error is the result', async t => {
  const errors = Array.from({ length: 20 }, (_, at) => new ConnectError(`refused ${at}`))
  const { result, ms } = await attempts(errors)
  t.true(result instanceof ConnectError)
  t.is(ms, 6000)
  t.is((result as ConnectError).message, 'refused 6')
})

test('any other error is thrown at once, and so is an interruption', async t => {
  await t.throwsAsync(attempts([new TaskError('no space')]), { instanceOf: TaskError, message: 'no space' })
  await t.throwsAsync(attempts([new ConnectError('refused')], AbortSignal.abort()), {
    instanceOf: InterruptedError,
    message: 'interrupted while waiting for node1 to answer',
  })
})
