import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { z } from 'zod'
import { TaskError, UsageError } from '../../runner/errors.js'
import { block, withBlock } from '../../runner/tasks/block.js'
import { file, type FileOptions } from '../../runner/tasks/file.js'
import { formerOf } from '../../runner/tasks/former.js'
import { line, withLine } from '../../runner/tasks/line.js'
import { applyTask, blockCases, folderOf, localScope, said } from './scope.js'

/** Lines and blocks of files: what becomes of a text, or why it is left alone. */

const asRoot = process.getuid?.() === 0 ? test : test.skip
const pattern = z.string().transform(source => new RegExp(source))
const place = { after: pattern.optional(), before: pattern.optional(), absent: z.boolean().optional() }
const result = { text: z.string(), wanted: z.string().optional(), error: z.string().optional() }

const lineCase = z.strictObject({
  declared: z.strictObject({ line: z.string(), match: pattern.optional(), ...place }),
  ...result,
})
const blockCase = z.strictObject({
  declared: z.strictObject({
    name: z.string(),
    content: z.string(),
    comment: z.union([z.string(), z.tuple([z.string(), z.string()])]).optional(),
    ...place,
  }),
  ...result,
})

/** Applies an edit to a case; a second time, it has nothing to do. */
function edited(edit: (text: string) => string, text: string): { text: string } | { error: string } {
  try {
    const once = edit(text)
    if (edit(once) !== once) return { error: 'a second edit changes it again' }
    return { text: once }
  } catch (error) {
    if (!(error instanceof TaskError)) throw error
    return { error: error.message }
  }
}
const expected = ({ wanted, error }: { wanted?: string | undefined; error?: string | undefined }) =>
  error === undefined ? { text: wanted } : { error }

for (const [name, { declared, text, ...rest }] of blockCases('line', lineCase)) {
  test(`line: ${name}`, t => {
    t.deepEqual(
      edited(present => withLine(present, defined(declared), '/etc/x'), text),
      expected(rest),
    )
  })
}

for (const [name, { declared, text, ...rest }] of blockCases('block', blockCase)) {
  test(`block: ${name}`, t => {
    t.deepEqual(
      edited(present => withBlock(present, defined(declared), '/etc/x'), text),
      expected(rest),
    )
  })
}

/** Without the options that a case leaves out. */
function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

test('a block is found again in any text, and its removal restores the lines around it', t => {
  const lines = fc.array(fc.stringMatching(/^[a-z# ]{0,8}$/), { maxLength: 6 })
  fc.assert(
    fc.property(lines, lines, lines, (above, inside, below) => {
      const text = [...above, ...below].map(each => `${each}\n`).join('')
      const options = { name: 'x', content: inside.map(each => `${each}\n`).join('') }
      const written = withBlock(text, options, '/etc/x')
      t.is(withBlock(written, options, '/etc/x'), written)
      t.is(withBlock(written, { ...options, absent: true }, '/etc/x'), text)
    }),
  )
})

asRoot('a part of a file keeps mode and owner, and the former text is kept once', async t => {
  const path = join(folderOf(t), 'x.conf')
  writeFileSync(path, 'a = 1\n')
  chmodSync(path, 0o600)
  const { before, after } = await applyTask(line(path, { line: 'a = 2', match: /^a =/g }), localScope(t))
  t.deepEqual(said(before), [`${path}: a = 1\n -> a = 2\n`])
  t.deepEqual(after, [])
  t.is(statSync(path).mode & 0o777, 0o600)
  await applyTask(block(path, { name: 'x', content: 'b' }), localScope(t))
  t.is(readFileSync(path, 'utf8'), 'a = 2\n# BEGIN ha-run: x\nb\n# END ha-run: x\n')
  t.is(readFileSync(formerOf(path), 'utf8'), 'a = 1\n')
})

asRoot('a part needs its file, unless it may be made or must be absent', async t => {
  const path = join(folderOf(t), 'x.conf')
  const scope = localScope(t)
  await t.throwsAsync(line(path, { line: 'a' }).check(scope), { instanceOf: TaskError, message: /does not exist$/ })
  t.deepEqual(await block(path, { name: 'x', content: 'a', absent: true }).check(scope), [])
  t.false(existsSync(path))
  const { after } = await applyTask(line(path, { line: 'a', create: true }), scope)
  t.deepEqual(after, [])
  t.is(readFileSync(path, 'utf8'), 'a\n')
})

asRoot(
  'a command that validates is written as a remote one, and what it ends does not end the replacement',
  async t => {
    const path = join(folderOf(t), 'x.conf')
    const validate: FileOptions['validate'] = candidate => $ => $`grep -q good -- ${candidate}; exit $?`
    const { after } = await applyTask(file(path, { content: 'good', validate }), localScope(t))
    t.deepEqual(after, [])
    await t.throwsAsync(applyTask(file(path, { content: 'bad', validate }), localScope(t)), { instanceOf: TaskError })
    t.is(readFileSync(path, 'utf8'), 'good')
  },
)

asRoot('no difference of a secret file shows its text', async t => {
  const path = join(folderOf(t), 'key')
  writeFileSync(path, 'old key', { mode: 0o644 })
  const task = file(path, { content: 'new key', secret: true, mode: '600', keepFormer: false })
  const { before, after } = await applyTask(task, localScope(t))
  t.notRegex(JSON.stringify(before), /(old|new) key/)
  t.regex(String(said(before)), /secret sha256:\w+ -> secret sha256:\w+,mode of .*: 0644 -> 0600/)
  t.deepEqual(after, [])
})

test('what a file can never be is refused before anything is read', t => {
  t.throws(() => file('/x', { content: '', mode: 'rw' }), { instanceOf: UsageError, message: /octal/ })
  t.throws(() => file('/x', { content: '', owner: 'a:b', group: 'c' }), { instanceOf: UsageError })
  t.throws(() => line('/x', { line: 'a\nb' }), { instanceOf: UsageError, message: /block/ })
  t.throws(() => block('/x', { name: 'a\nb', content: '' }), { instanceOf: UsageError })
})
