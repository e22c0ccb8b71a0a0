import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import {
  candidateOf,
  commitFile,
  replaceFile,
  stageFile,
  type FileAttributes,
  type Validate,
} from '../../runner/tasks/write-file.js'
import { sh } from '../../runner/ssh/quote.js'
import type { ScriptResult } from '../../runner/ssh/frame.js'
import { hostileWord } from '../ssh/hostile.js'
import { localSession } from '../ssh/local-shell.js'
import { comesTrue } from '../comes-true.js'
import { sent } from '../sent.js'
import { folderOf } from './scope.js'

const owner = 'root:root'
const attributes = { mode: '0640', owner }
const isRoot = process.getuid?.() === 0
const asRoot = isRoot ? test : test.skip

/** The commands with which a file is replaced; the content is what the test gives them. */
const replacing = async (path: string, attributesOf: FileAttributes, validate?: Validate): Promise<string> =>
  (await sent($ => replaceFile($, path, '', attributesOf, validate))).script

/** Runs a script on the local shell with so many bytes on stdin. */
function setUp(t: ExecutionContext) {
  const folder = folderOf(t)
  const { session } = localSession(t)
  const run = async (script: string, input: string | Buffer, timeoutSeconds = 20): Promise<ScriptResult> =>
    (await session.run({ scripts: [script], timeoutSeconds, input: Buffer.from(input) }))[0]!
  return { folder, path: join(folder, 'x.conf'), run }
}

asRoot('a file is replaced with its mode, and nothing is left beside it', async t => {
  const { folder, path, run } = setUp(t)
  writeFileSync(path, 'old', { mode: 0o777 })
  t.is((await run(await replacing(path, attributes), 'new\n')).exitCode, 0)
  t.is(readFileSync(path, 'utf8'), 'new\n')
  t.is(statSync(path).mode & 0o7777, 0o640)
  t.deepEqual(readdirSync(folder), ['x.conf'])
})

asRoot('the owner is the declared one', async t => {
  const { path, run } = setUp(t)
  t.is((await run(await replacing(path, { mode: '0400', owner: 'nobody:nogroup' }), 'x')).exitCode, 0)
  const { uid, gid, mode } = statSync(path)
  t.deepEqual([uid, gid, mode & 0o7777], [65534, 65534, 0o400])
})

asRoot('a folder that is missing is made', async t => {
  const { folder, run } = setUp(t)
  const path = join(folder, 'a b', 'c', 'x.conf')
  t.is((await run(await replacing(path, attributes), 'x')).exitCode, 0)
  t.is(readFileSync(path, 'utf8'), 'x')
  t.is(statSync(join(folder, 'a b')).mode & 0o777, 0o755)
})

asRoot('any content arrives, under any name', async t => {
  const { folder, run } = setUp(t)
  const name = hostileWord.map(word => `n${word.replaceAll('/', '_').slice(0, 40)}`)
  await fc.assert(
    fc.asyncProperty(name, fc.uint8Array({ maxLength: 300 }), async (base, content) => {
      const path = join(folder, base)
      const { exitCode, stderr } = await run(await replacing(path, attributes), Buffer.from(content))
      t.is(exitCode, 0, stderr)
      t.deepEqual([...readFileSync(path)], [...content])
    }),
    { numRuns: 30 },
  )
  t.deepEqual(
    readdirSync(folder).filter(left => left.endsWith('.ha-run')),
    [],
  )
})

asRoot('what a check refuses changes nothing and leaves nothing', async t => {
  const { folder, path, run } = setUp(t)
  writeFileSync(path, 'old', { mode: 0o600 })
  const { exitCode, stdout, stderr } = await run(
    await replacing(path, attributes, candidate => sh`echo looks; grep -q good -- ${candidate} || exit 8`),
    'bad',
  )
  t.is(exitCode, 8)
  t.is(stdout, '')
  t.is(stderr, 'looks\n')
  t.is(readFileSync(path, 'utf8'), 'old')
  t.is(statSync(path).mode & 0o777, 0o600)
  t.deepEqual(readdirSync(folder), ['x.conf'])
})

asRoot('a check sees the whole candidate, with its mode, before the old file goes', async t => {
  const { path, run } = setUp(t)
  writeFileSync(path, 'old')
  const { stderr } = await run(
    await replacing(path, attributes, candidate => sh`cat -- ${candidate} ${path}; stat -c %a -- ${candidate}`),
    'new ',
  )
  t.is(stderr, 'new old640\n')
})

// Left of `&&`, a subshell would take no notice of its own `set -e`: what fails in the middle of staging would be
// committed all the same.
asRoot('a check that fails in the middle fails', async t => {
  const { path, run } = setUp(t)
  t.not((await run(await replacing(path, attributes, () => 'false\ntrue'), 'x')).exitCode, 0)
  t.throws(() => statSync(path), { code: 'ENOENT' })
})

asRoot('ended in the middle, the old file stands and nothing is beside it', async t => {
  const { folder, path, run } = setUp(t)
  writeFileSync(path, 'old')
  const { timedOut } = await run(await replacing(path, attributes, () => 'sleep 60'), 'new', 1)
  t.true(timedOut)
  t.is(readFileSync(path, 'utf8'), 'old')
  t.true(await comesTrue(() => readdirSync(folder).length === 1), readdirSync(folder).join())
})

asRoot('a full disk changes nothing and leaves nothing', async t => {
  const { folder, path, run } = setUp(t)
  writeFileSync(path, 'old')
  const { exitCode } = await run(`ulimit -f 8\n${await replacing(path, attributes)}`, 'x'.repeat(100_000))
  t.not(exitCode, 0)
  t.is(readFileSync(path, 'utf8'), 'old')
  t.deepEqual(readdirSync(folder), ['x.conf'])
})

asRoot('a link gives way to the file, what it led to stays', async t => {
  const { folder, path, run } = setUp(t)
  writeFileSync(join(folder, 'target'), 'target')
  symlinkSync('target', path)
  t.is((await run(await replacing(path, attributes), 'new')).exitCode, 0)
  t.true(lstatSync(path).isFile())
  t.is(readFileSync(join(folder, 'target'), 'utf8'), 'target')
})

asRoot('a folder is never replaced, and nothing is put into it', async t => {
  const { path, run } = setUp(t)
  mkdirSync(path)
  t.not((await run(await replacing(path, attributes), 'new')).exitCode, 0)
  t.deepEqual(readdirSync(path), [])
})

asRoot('where the rename fails, nothing is left beside', async t => {
  const { folder, path, run } = setUp(t)
  mkdirSync(path)
  await run(await replacing(path, attributes), 'new')
  t.deepEqual(readdirSync(folder), ['x.conf'])
})

asRoot('staged is not yet in place; committed is', async t => {
  const { folder, path, run } = setUp(t)
  writeFileSync(path, 'old')
  const candidate = candidateOf(path)
  t.is((await run(String(stageFile(path, candidate, attributes)), 'new')).exitCode, 0)
  t.is(readFileSync(path, 'utf8'), 'old')
  t.is(readFileSync(candidate, 'utf8'), 'new')
  t.is((await run(String(commitFile(path, candidate)), '')).exitCode, 0)
  t.is(readFileSync(path, 'utf8'), 'new')
  t.deepEqual(readdirSync(folder), ['x.conf'])
})

/** Replaces `sync` in a script by a stand-in that lists the folder at each call, and fails if told to. */
function withSync(t: ExecutionContext, folder: string, exitCode = 0) {
  const bin = folderOf(t)
  const log = join(bin, 'log')
  writeFileSync(log, '')
  writeFileSync(
    join(bin, 'sync'),
    `#!/bin/sh\necho "$* [$(ls -A '${folder}' | tr '\\n' ' ')]" >>'${log}'; exit ${exitCode}\n`,
  )
  chmodSync(join(bin, 'sync'), 0o755)
  return {
    script: (text: string) => `PATH=${bin}:$PATH\n${text}`,
    calls: () => readFileSync(log, 'utf8').trim().split('\n'),
  }
}

// Rule: after a power failure there is the old file or the new one. Without the first `sync`, the rename may reach the disk before
// the content; without the second, a command that relies on the new file may reach it before the rename.
asRoot('the candidate is on the disk before the rename, and the rename before the end', async t => {
  const { folder, path, run } = setUp(t)
  const candidate = candidateOf(path)
  const { script, calls } = withSync(t, folder)
  t.is((await run(script(await replacing(path, attributes)), 'new')).exitCode, 0)
  t.deepEqual(calls(), [`-- ${candidate} [.x.conf.ha-run ]`, `-- ${folder} [x.conf ]`])
})

asRoot('a candidate that cannot be written to the disk changes nothing', async t => {
  const { folder, path, run } = setUp(t)
  writeFileSync(path, 'old')
  const { script } = withSync(t, folder, 1)
  t.not((await run(script(await replacing(path, attributes)), 'new')).exitCode, 0)
  t.is(readFileSync(path, 'utf8'), 'old')
  t.deepEqual(readdirSync(folder), ['x.conf'])
})

asRoot('staged by itself, a check that fails in the middle fails, and a full disk does', async t => {
  const { folder, path, run } = setUp(t)
  const stage = (check?: () => string) => String(stageFile(path, candidateOf(path), attributes, check))
  t.not(
    (
      await run(
        stage(() => 'false\ntrue'),
        'x',
      )
    ).exitCode,
    0,
  )
  t.not((await run(`ulimit -f 8\n${stage()}`, 'x'.repeat(100_000))).exitCode, 0)
  t.deepEqual(readdirSync(folder), [])
})

asRoot('a candidate that a killed run has left is no obstacle', async t => {
  const { path, run } = setUp(t)
  writeFileSync(candidateOf(path), 'half of something longer', { mode: 0o400 })
  t.is((await run(await replacing(path, attributes), 'new')).exitCode, 0)
  t.is(readFileSync(path, 'utf8'), 'new')
  t.is(statSync(path).mode & 0o7777, 0o640)
})

asRoot('nobody else reads a secret while it is staged', async t => {
  const { path, run } = setUp(t)
  const { stderr } = await run(
    String(stageFile(path, candidateOf(path), { mode: '0400', owner }, candidate => sh`stat -c %a -- ${candidate}`)),
    'key',
  )
  t.is(stderr, '400\n')
  t.regex(String(stageFile(path, 'c', attributes)), /umask 077; cat >/)
})

test('the candidate is a hidden file in the same folder', t => {
  t.is(candidateOf('/etc/corosync/corosync.conf'), '/etc/corosync/.corosync.conf.ha-run')
})

test('sh can parse every script', async t => {
  const scripts = [
    stageFile("/a 'b'", '/c $d', attributes, () => 'true # comment'),
    commitFile('/a', '/b'),
    await replacing('/a', attributes, () => 'if true; then :; fi'),
  ]
  for (const script of scripts) t.is(spawnSync('sh', ['-n'], { input: String(script) }).stderr.toString(), '')
})
