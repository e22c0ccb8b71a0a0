import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { FactReader } from '../../runner/facts/reader.js'
import { tree, treeListing } from '../../runner/facts/trees.js'
import { sha256 } from '../../runner/hash.js'
import { localNode } from '../ssh/local-shell.js'

/** A folder with what a site may have, and a reader of a node that has it. */
function setUp(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-trees-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const reader = new FactReader(localNode(t))
  const fill = (name: string) => {
    const at = join(folder, name)
    mkdirSync(join(at, 'sub folder'), { recursive: true })
    writeFileSync(join(at, 'index.html'), 'page')
    writeFileSync(join(at, 'sub folder', "it's\n$(id)  b"), '')
    symlinkSync('index.html', join(at, 'link'))
    symlinkSync('/nowhere', join(at, 'dangling'))
    return at
  }
  const read = async (path: string) => {
    reader.forget()
    return reader.read(tree(path))
  }
  return { folder, reader, fill, read }
}

test('the same names, contents and links have the same hash, whatever the folder and the times', async t => {
  const { folder, fill, read } = setUp(t)
  const [one, two] = [fill('one'), fill('the other')]
  utimesSync(join(one, 'index.html'), 1_700_000_000, 1_700_000_000)
  const [first, second] = [await read(one), await read(two)]
  t.like(first, { kind: 'hashed', files: 2 })
  t.is(first.kind === 'hashed' && first.hash, second.kind === 'hashed' && second.hash)
  symlinkSync(one, join(folder, 'as link'))
  t.deepEqual(await read(join(folder, 'as link')), first, 'a path may be a link')
  for (const change of [
    () => writeFileSync(join(two, 'index.html'), 'pago'),
    () => writeFileSync(join(two, 'new'), ''),
    () => rmSync(join(two, 'dangling')),
    () => symlinkSync('/elsewhere', join(two, 'dangling')),
    () => rmSync(join(two, 'sub folder'), { recursive: true }),
  ]) {
    const before = await read(two)
    change()
    const after = await read(two)
    t.not(before.kind === 'hashed' && before.hash, after.kind === 'hashed' && after.hash, String(change))
  }
})

test('a file, a link to it, an empty folder, and nothing', async t => {
  const { folder, read } = setUp(t)
  const at = (name: string) => join(folder, name)
  writeFileSync(at('site.pem'), 'secret')
  utimesSync(at('site.pem'), 1_700_000_000, 1_700_000_000)
  mkdirSync(at('empty'))
  mkdirSync(at('certs'))
  symlinkSync('../site.pem', at('certs/site.pem'))
  const file = await read(at('site.pem'))
  t.like(file, { kind: 'hashed', files: 1, newest: 1_700_000_000 })
  t.deepEqual(await read(at('certs/site.pem')), file)
  t.like(await read(at('empty')), { kind: 'hashed', files: 0, newest: 0 })
  t.deepEqual(await read(at('missing')), { kind: 'absent' })
})

test('what is too large is not read', async t => {
  const { folder, read } = setUp(t)
  const big = join(folder, 'big')
  writeFileSync(big, '')
  truncateSync(big, 100 * 1024 * 1024)
  t.deepEqual(await read(big), { kind: 'too large', files: 1, bytes: 100 * 1024 * 1024 })
})

test('the files below a path, each with its hash or target', async t => {
  const { folder, reader, fill } = setUp(t)
  const one = fill('one')
  writeFileSync(join(folder, 'site.pem'), 'secret')
  const [files, file, none] = await Promise.all(
    [one, join(folder, 'site.pem'), join(folder, 'missing')].map(async path => reader.read(treeListing(path))),
  )
  t.deepEqual(
    files,
    new Map([
      ['index.html', sha256('page')],
      ["sub folder/it's\n$(id)  b", sha256('')],
      ['dangling', 'link to /nowhere'],
      ['link', 'link to index.html'],
    ]),
  )
  t.deepEqual(file, new Map([['site.pem', sha256('secret')]]))
  t.deepEqual(none, new Map())
})
