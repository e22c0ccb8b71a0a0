import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { TaskError } from '../../runner/errors.js'
import { command } from '../../runner/tasks/command.js'
import { wait } from '../../runner/tasks/wait.js'
import { applyTask, folderOf, localScope, said } from './scope.js'

test('a command runs if its check fails, and then has nothing to do', async t => {
  const path = join(folderOf(t), "it's here")
  const task = command('make it', { check: $ => $`test -e ${path} || exit 3`, run: $ => $`echo made >${path}` })
  const scope = localScope(t)
  const { before, after } = await applyTask(task, scope)
  t.deepEqual(said(before), ['make it: exit code 3 -> exit code 0'])
  t.deepEqual(after, [])
  t.is(readFileSync(path, 'utf8'), 'made\n')
  t.deepEqual((await applyTask(task, scope)).before, [])
})

test('what the check prints is compared', async t => {
  const path = join(folderOf(t), 'value')
  writeFileSync(path, ' 1\n')
  const task = (expected: string | RegExp) =>
    command('value', { check: $ => $`cat ${path}`, expected, run: $ => $`echo 2 >${path}` })
  const scope = localScope(t)
  const { before, after } = await applyTask(task('2'), scope)
  t.deepEqual(said(before), ['value: 1 -> 2'])
  t.deepEqual(after, [])
  t.deepEqual(await task(/^\d$/).check(scope), [])
  t.deepEqual(said(await task(/^3$/).check(scope)), ['value: 2 -> /^3$/'])
})

test('what a secret check prints is not shown', async t => {
  const task = command('token', { check: $ => $`echo hush`, expected: 'psst', secret: true, run: $ => $`true` })
  t.deepEqual(said(await task.check(localScope(t))), ['token: another secret -> a secret'])
})

test('a check that does not run says nothing about the state', async t => {
  const scope = localScope(t)
  const checks = ['no-such-program', 'kill -9 $$', 'sleep 30']
  const [missing, killed, slow] = await Promise.all(
    checks.map(async text =>
      t.throwsAsync(command(text, { check: $ => $`sh -c ${text}`, run: $ => $`true` }).check(scope), {
        instanceOf: TaskError,
      }),
    ),
  )
  t.regex(String(missing?.message), /did not run \(exit code 127\)/)
  t.regex(String(killed?.message), /exit code 137/)
  t.regex(String(slow?.message), /took longer than 10 s/)
})

test('the shell of a check is its own', async t => {
  const scope = localScope(t)
  const [one, other] = [
    command('a', { check: $ => $`cd /; exit 0`, run: $ => $`true` }),
    command('b', { check: $ => $`test $PWD != /`, run: $ => $`true` }),
  ]
  t.deepEqual(await Promise.all([one.check(scope), other.check(scope)]), [[], []])
})

test('a wait ends when it has come true, by what is read anew', async t => {
  const path = join(folderOf(t), 'ready')
  const task = wait('the file', {
    until: async ({ $ }) => {
      const isThere = existsSync(path)
      await $`touch ${path}`
      return isThere
    },
    timeoutSeconds: 20,
  })
  const { before, after } = await applyTask(task, localScope(t))
  t.deepEqual(said(before), ['the file: not yet -> true'])
  t.deepEqual(after, [])
})

test('a wait that times out says what to do', async t => {
  const task = wait('the impossible', { until: async () => false, timeoutSeconds: 0.1, hint: 'do not wait' })
  const error = await t.throwsAsync(Promise.resolve(task.apply(localScope(t), [])), { instanceOf: TaskError })
  t.like(error, { message: 'timed out after 0.1 s waiting for the impossible', hint: 'do not wait' })
})
