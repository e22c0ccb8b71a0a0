/* oxlint-disable typescript/no-unsafe-type-assertion -- a stand-in has what the code under test reads of it */
import test from 'ava'
import { TaskError } from '../../runner/errors.js'
import { guard } from '../../runner/tasks/task.js'

test('a guard passes, or fails with its hint; it has nothing to apply', async t => {
  const scope = {} as never
  const make = (isMet: boolean) =>
    guard('corosync runs', { needs: [{ name: 'a' }], isMet: () => Promise.resolve(isMet), hint: 'run corosync' })
  t.deepEqual(await make(true).check(scope), [])
  const error = await t.throwsAsync(make(false).check(scope), {
    instanceOf: TaskError,
    message: 'prerequisite not met: corosync runs',
  })
  t.is(error.hint, 'run corosync')
  t.is(make(true).needs?.[0]?.name, 'a')
  t.is(make(true).apply, undefined)
})
