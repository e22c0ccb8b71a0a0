import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { attributeDifferences, file } from '../../runner/tasks/file.js'
import { sha256 } from '../../runner/hash.js'
import { TaskError } from '../../runner/errors.js'
import { sh } from '../../runner/ssh/quote.js'
import { applyTask, folderOf, localScope, said } from './scope.js'

const asRoot = process.getuid?.() === 0 ? test : test.skip

asRoot('a missing file is written, and then there is nothing to do', async t => {
  const path = join(folderOf(t), 'motd')
  const { before, after } = await applyTask(file(path, { content: 'Hello\n' }), localScope(t))
  t.deepEqual(said(before), [`${path}: - -> Hello\n`])
  t.deepEqual(after, [])
  t.is(readFileSync(path, 'utf8'), 'Hello\n')
})

asRoot('content, mode and owner are told apart', async t => {
  const path = join(folderOf(t), 'motd')
  writeFileSync(path, 'old', { mode: 0o600 })
  const { before, after } = await applyTask(
    file(path, { content: 'new', mode: '0444', owner: 'nobody:root' }),
    localScope(t),
  )
  t.deepEqual(said(before), [
    `${path}: old -> new`,
    `mode of ${path}: 0600 -> 0444`,
    `owner of ${path}: root:root -> nobody:root`,
  ])
  t.deepEqual(after, [])
})

asRoot('a file of another user can be setuid', async t => {
  const path = join(folderOf(t), 'tool')
  const { after } = await applyTask(file(path, { content: '', mode: '4755', owner: 'nobody:nogroup' }), localScope(t))
  t.deepEqual(after, [])
  t.is(statSync(path).mode & 0o7777, 0o4755)
})

asRoot('where only the mode differs, the content is not written again', async t => {
  const path = join(folderOf(t), 'motd')
  writeFileSync(path, 'same')
  chmodSync(path, 0o600)
  const { ino } = statSync(path)
  const { before, after } = await applyTask(file(path, { content: 'same' }), localScope(t))
  t.deepEqual(said(before), [`mode of ${path}: 0600 -> 0644`])
  t.deepEqual(after, [])
  t.is(statSync(path).ino, ino)
})

asRoot('a file in sync costs one frame and no look at its text', async t => {
  const path = join(folderOf(t), 'motd')
  writeFileSync(path, 'same', { mode: 0o644 })
  const scope = localScope(t)
  t.deepEqual(
    await file(path, { content: 'same' }).check({
      ...scope,
      read: async fact => {
        t.is(fact.family.name, 'state of files')
        return scope.read(fact)
      },
    }),
    [],
  )
})

asRoot('a part of a file is declared by a function of the whole', async t => {
  const path = join(folderOf(t), 'hosts')
  writeFileSync(path, '127.0.0.1 localhost\n')
  const task = file(path, {
    content: (current = '') => (current.includes('node1') ? current : `${current}192.168.0.1 node1\n`),
  })
  const { after } = await applyTask(task, localScope(t))
  t.deepEqual(after, [])
  t.is(readFileSync(path, 'utf8'), '127.0.0.1 localhost\n192.168.0.1 node1\n')
})

// Texts are decoded as UTF-8: a byte that is none (a comment in Latin 1) would be written back as U+FFFD.
test('a part of a file that is not UTF-8 cannot be declared', async t => {
  const path = join(folderOf(t), 'hosts')
  writeFileSync(path, Buffer.from('# caf\xe9\n', 'latin1'))
  const task = file(path, { content: (current = '') => `${current}192.168.0.1 node1\n` })
  await t.throwsAsync(task.check(localScope(t)), { instanceOf: TaskError, message: /not UTF-8/ })
  t.is(readFileSync(path, 'latin1'), '# caf\xe9\n')
})

asRoot('a folder or a link in its place is an error that says what to do', async t => {
  const folder = folderOf(t)
  mkdirSync(join(folder, 'folder'))
  writeFileSync(join(folder, 'target'), 'same')
  symlinkSync('target', join(folder, 'link'))
  const scope = localScope(t)
  await t.throwsAsync(file(join(folder, 'link'), { content: 'same' }).check(scope), {
    instanceOf: TaskError,
    message: /is a symbolic link, not a file$/,
  })
  await t.throwsAsync(file(join(folder, 'folder'), { content: 'x' }).check(scope), { instanceOf: TaskError })
})

test('a rejected candidate is an error with the output of the validation', async t => {
  const path = join(folderOf(t), 'x.conf')
  writeFileSync(path, 'good')
  const task = file(path, {
    content: 'bad',
    validate: candidate => sh`echo "line 1: bad" >&2; grep -q good ${candidate}`,
  })
  const error = await t.throwsAsync(applyTask(task, localScope(t)), {
    instanceOf: TaskError,
    message: 'line 1: bad (exit code 1 on node1)',
  })
  t.is(error.output, 'line 1: bad')
  t.is(readFileSync(path, 'utf8'), 'good')
})

test('a missing file has no differing attributes', t => {
  t.deepEqual(attributeDifferences('/x', undefined, { mode: '0644', owner: 'root:root' }), [])
})

test('the hash is that of sha256sum', t => {
  t.is(sha256('test'), '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08')
  t.is(sha256(Buffer.from('test')), sha256('test'))
})
