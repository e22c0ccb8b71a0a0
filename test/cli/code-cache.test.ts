import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { CodeCache } from '../../runner/cli/code-cache.js'
import { exitCodes } from '../../runner/errors.js'
import { folderOf, haRun, main } from './ha-run.js'

const code = Buffer.from('compiled')

/** Makes a directory the user's cache directory, for the run of this test. */
function cacheIn(t: ExecutionContext): { folder: string; cache: CodeCache; command: (name: string) => CodeCache } {
  const base = folderOf(t)
  process.env['XDG_CACHE_HOME'] = base
  const command = (name: string) => CodeCache.for('ha-run-AAAA.js', [name, '--check'])!
  return { folder: join(base, 'ha-run'), cache: command('site'), command }
}

test.serial('each command reads what it wrote itself', t => {
  const { cache, command } = cacheIn(t)
  t.is(cache.read(), undefined)
  cache.write(() => code, exitCodes.ok)
  t.deepEqual(cache.read(), code)
  t.is(command('verify').read(), undefined)
})

test.serial('other code has another cache', t => {
  const { cache } = cacheIn(t)
  cache.write(() => code, exitCodes.ok)
  t.is(CodeCache.for('ha-run-BBBB.js', ['site'])!.read(), undefined)
})

test.serial('a wrong command line leaves nothing', t => {
  const { folder, cache } = cacheIn(t)
  cache.write(() => t.fail(), exitCodes.usage)
  t.false(existsSync(folder))
})

test.serial('a damaged file is not used: V8 would crash', t => {
  const { folder, cache } = cacheIn(t)
  cache.write(() => code, exitCodes.ok)
  const file = join(folder, readdirSync(folder)[0]!)
  for (const damage of [Buffer.alloc(0), readFileSync(file).subarray(0, -1), readFileSync(file).fill(0, 35)]) {
    writeFileSync(file, damage)
    t.is(cache.read(), undefined)
  }
})

test.serial('a directory that others can write is left alone', t => {
  const { folder, cache } = cacheIn(t)
  cache.write(() => code, exitCodes.ok)
  chmodSync(folder, 0o777)
  t.is(cache.read(), undefined)
  cache.write(() => t.fail(), exitCodes.ok)
})

test.serial('the directory does not grow without limit', t => {
  const { folder, command } = cacheIn(t)
  for (let at = 0; at < 100; at += 1) command(`role${'x'.repeat(at)}`.replace(/\d/, '')).write(() => code, exitCodes.ok)
  t.true(readdirSync(folder).length <= 32)
})

test.serial('a directory that cannot be made is no error', t => {
  const { folder, cache } = cacheIn(t)
  writeFileSync(folder, '')
  cache.write(() => code, exitCodes.ok)
  t.is(cache.read(), undefined)
})

test.serial('the command runs from its cache', async t => {
  const { folder } = cacheIn(t)
  const first = await haRun(t, 'help')
  const [file] = readdirSync(folder)
  const { length } = readFileSync(join(folder, file!))
  t.deepEqual(await haRun(t, 'help'), first)
  t.deepEqual(readdirSync(folder), [file], 'it was not written again')
  t.true(length > 100_000)
})

test.serial('no cache with NODE_DISABLE_COMPILE_CACHE', async t => {
  const { folder } = cacheIn(t)
  process.env['NODE_DISABLE_COMPILE_CACHE'] = '1'
  t.teardown(() => delete process.env['NODE_DISABLE_COMPILE_CACHE'])
  t.is((await haRun(t, '--version')).exit, 0)
  t.false(existsSync(folder))
})

test('the command is one file, and another one that starts it', t => {
  const folder = join(main, '..')
  t.deepEqual(
    readdirSync(folder).map(file => file.replace(/-[A-Z0-9]{8}\./, '.')),
    ['ha-run.js', 'main.js', 'package.json'],
  )
})
