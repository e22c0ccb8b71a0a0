import { chmodSync, lstatSync, mkdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { TaskError } from '../../runner/errors.js'
import { directory, symbolicLink } from '../../runner/tasks/directory.js'
import { formerOf } from '../../runner/tasks/former.js'
import { applyTask, folderOf, localScope, said } from './scope.js'

const asRoot = process.getuid?.() === 0 ? test : test.skip
const modeOf = (path: string) => statSync(path).mode & 0o7777

asRoot('a directory is made with those above it, as declared', async t => {
  const path = join(folderOf(t), 'a b', 'c')
  const { before, after } = await applyTask(directory(path, { owner: 'nobody', mode: '2750' }), localScope(t))
  t.deepEqual(said(before), [`${path}: - -> directory`])
  t.deepEqual(after, [])
  t.is(modeOf(path), 0o2750)
  t.is(statSync(path).uid, 65534)
  t.is(modeOf(join(path, '..')), 0o755)
})

asRoot('what is not declared of a directory stays', async t => {
  const path = folderOf(t)
  chmodSync(path, 0o2711)
  const scope = localScope(t)
  t.deepEqual(await directory(path).check(scope), [])
  const { before, after } = await applyTask(directory(path, { mode: '0700' }), scope)
  t.deepEqual(said(before), [`mode of ${path}: 2711 -> 0700`])
  t.deepEqual(after, [])
  await applyTask(directory(path, { owner: 'nobody:nogroup' }), scope)
  t.is(modeOf(path), 0o700)
})

asRoot('a link is made, and changed, and the former one is kept', async t => {
  const path = join(folderOf(t), 'enabled', 'x')
  const scope = localScope(t)
  const { before, after } = await applyTask(symbolicLink(path, '../x'), scope)
  t.deepEqual(said(before), [`${path}: - -> link to ../x`])
  t.deepEqual(after, [])
  const again = await applyTask(symbolicLink(path, '/y z'), scope)
  t.deepEqual(said(again.before), [`${path}: link to ../x -> link to /y z`])
  t.deepEqual(again.after, [])
  t.is(readlinkSync(path), '/y z')
  t.is(readlinkSync(formerOf(path)), '../x')
})

asRoot('a link that leads to a directory is replaced itself', async t => {
  const folder = folderOf(t)
  const path = join(folder, 'x')
  mkdirSync(join(folder, 'target'))
  symlinkSync('target', path)
  const { after } = await applyTask(symbolicLink(path, 'other'), localScope(t))
  t.deepEqual(after, [])
  t.true(lstatSync(path).isSymbolicLink())
})

asRoot('what is something else is not replaced', async t => {
  const folder = folderOf(t)
  writeFileSync(join(folder, 'file'), '')
  const scope = localScope(t)
  await t.throwsAsync(directory(join(folder, 'file')).check(scope), {
    instanceOf: TaskError,
    message: /not a directory/,
  })
  await t.throwsAsync(symbolicLink(folder, 'x').check(scope), { instanceOf: TaskError, message: /not a symbolic link/ })
})
