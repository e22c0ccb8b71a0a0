import { chmodSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { keepOriginal } from '../../runner/tasks/keep-original.js'
import { applyTask, folderOf, localScope, said } from './scope.js'

function setUp(t: ExecutionContext) {
  const path = join(folderOf(t), 'corosync.conf')
  return {
    path,
    copy: `${path}.default`,
    task: keepOriginal(path, '.default', { needs: [], isOriginal: text => !text.includes('ours') }),
  }
}

test('the shipped file is kept once, with its mode and time', async t => {
  const { path, copy, task } = setUp(t)
  writeFileSync(path, 'shipped')
  chmodSync(path, 0o640)
  utimesSync(path, 1000, 1000)
  const scope = localScope(t)
  const { before, after } = await applyTask(task, scope)
  t.deepEqual(said(before), [`${copy}: - -> a copy of ${path}`])
  t.deepEqual(after, [])
  t.is(readFileSync(copy, 'utf8'), 'shipped')
  const { mode, mtimeMs } = statSync(copy)
  t.deepEqual([mode & 0o777, mtimeMs], [0o640, 1_000_000])
  writeFileSync(path, 'another')
  t.deepEqual((await applyTask(task, scope)).before, [])
  t.is(readFileSync(copy, 'utf8'), 'shipped')
})

for (const [name, text] of [
  ['a file of ours', 'ours'],
  ['a file that is not there', undefined],
] as const) {
  test(`${name} is not kept`, async t => {
    const { path, copy, task } = setUp(t)
    if (text !== undefined) writeFileSync(path, text)
    t.is(said((await applyTask(task, localScope(t))).after), `there is no shipped ${path} to keep`)
    t.false(existsSync(copy))
  })
}

test('a copy that was made meanwhile is not overwritten, and no candidate is left', async t => {
  const { path, copy, task } = setUp(t)
  writeFileSync(path, 'shipped')
  writeFileSync(copy, 'kept before')
  await t.throwsAsync(task.apply(localScope(t), []), { name: 'CommandError' })
  t.is(readFileSync(copy, 'utf8'), 'kept before')
  t.deepEqual(readdirSync(join(path, '..')).toSorted(), ['corosync.conf', 'corosync.conf.default'])
})

test('the task is named after the copy', t => {
  t.is(setUp(t).task.name, 'keep corosync.conf.default')
})
