import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { fileState, fileText } from '../../runner/facts/files.js'
import { FactReader } from '../../runner/facts/reader.js'
import { localNode } from '../ssh/local-shell.js'

/** Reads facts of files in a folder of the test's own. */
function setUp(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-facts-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const place = localNode(t)
  return { folder, reader: new FactReader(place), session: place.session }
}

const hash = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')

test('the state of files of every kind, in one frame', async t => {
  const { folder, reader, session } = setUp(t)
  const at = (name: string) => join(folder, name)
  const big = Buffer.alloc(5_000_000, 'x')
  writeFileSync(at('text'), 'hello', { mode: 0o640 })
  writeFileSync(at('empty'), '', { mode: 0o400 })
  writeFileSync(at('big'), big, { mode: 0o600 })
  mkdirSync(at('folder'), { mode: 0o755 })
  symlinkSync(at('text'), at('link'))
  symlinkSync(at('nowhere'), at('dangling'))
  const names = ['text', 'empty', 'big', 'folder', 'link', 'dangling', 'missing', 'missing/below', 'text/below']
  const states = await Promise.all(names.map(async name => reader.read(fileState(at(name)))))
  t.is(session.frames, 1)
  t.deepEqual(
    states.map(state => state && `${state.type} ${state.mode} ${state.hash?.slice(0, 8) ?? '-'}`),
    [
      `regular file 0640 ${hash('hello').slice(0, 8)}`,
      `regular file 0400 ${hash('').slice(0, 8)}`,
      `regular file 0600 ${hash(big).slice(0, 8)}`,
      'directory 0755 -',
      `symbolic link 0777 ${hash('hello').slice(0, 8)}`,
      'symbolic link 0777 -',
      undefined,
      undefined,
      undefined,
    ],
  )
  if (process.getuid?.() === 0) t.is(`${states[0]?.owner}:${states[0]?.group}`, 'root:root')
})

const oddName = fc
  .array(
    fc.constantFrom(
      'a',
      ' ',
      '\n',
      '\t',
      "'",
      '"',
      '\\',
      '$(x)',
      '*',
      '-',
      '%n',
      'é',
      ';',
      `${'0'.repeat(64)}  x`,
      '\u0080',
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map(parts => parts.join(''))

test('odd file names are kept apart', async t => {
  const { folder, reader, session } = setUp(t)
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(oddName, { minLength: 1, maxLength: 6 }), async names => {
      reader.forget()
      const before = session.frames
      const paths = names.map(name => join(folder, name))
      paths.forEach((path, index) => writeFileSync(path, `${index} ${names[index]}`))
      const missing = reader.read(fileState(join(folder, 'not there')))
      const found = await Promise.all(
        paths.map(async path => Promise.all([reader.read(fileState(path)), reader.read(fileText(path))])),
      )
      t.is(await missing, undefined)
      t.deepEqual(
        found.map(([state, text]) => [state?.hash, text]),
        names.map((name, index) => [hash(`${index} ${name}`), `${index} ${name}`]),
      )
      t.is(session.frames, before + 1)
    }),
    { numRuns: 40 },
  )
})

test('texts: missing, empty, without a final newline, and newlines only', async t => {
  const { folder, reader, session } = setUp(t)
  const given = ['', '\n', '\n\n\n', 'x', 'x\n', 'a\r\nb\r\n', 'é😀', '\nha-run-0 part 0\n', ' ']
  given.forEach((text, index) => writeFileSync(join(folder, String(index)), text))
  const texts = await Promise.all(
    [...given.keys(), 'missing'].map(async name => reader.read(fileText(join(folder, String(name))))),
  )
  t.deepEqual(texts, [...given, undefined])
  t.is(session.frames, 1)
})

test('an unreadable file is an error, not a missing file', async t => {
  const { folder, reader } = setUp(t)
  await t.throwsAsync(reader.read(fileText(folder)), { name: 'CommandError', message: `cannot read ${folder}` })
})

test('a dangling link is no text', async t => {
  const { folder, reader } = setUp(t)
  symlinkSync('nowhere', join(folder, 'link'))
  t.is(await reader.read(fileText(join(folder, 'link'))), undefined)
})

// A power cut can leave such a file on a Pi's SD card. A NUL byte cannot mark the end of a text.
test('a file full of NUL bytes does not keep another one from being read', async t => {
  const { folder, reader } = setUp(t)
  writeFileSync(join(folder, 'zero'), Buffer.alloc(64))
  writeFileSync(join(folder, 'good'), 'good')
  const [, good] = await Promise.allSettled([
    reader.read(fileText(join(folder, 'zero'))),
    reader.read(fileText(join(folder, 'good'))),
  ])
  t.deepEqual(good, { status: 'fulfilled', value: 'good' })
})
