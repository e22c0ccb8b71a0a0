import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { inspect } from 'node:util'
import test from 'ava'
import { ProcessOutput } from 'zx/core'
import { TaskError } from '../../runner/errors.js'
import { CommandError } from '../../runner/ssh/outcome.js'
import { remote } from '../../runner/ssh/remote.js'
import type { Duration } from '../../runner/ssh/remote-process.js'
import { Secret } from '../../runner/secret.js'
import { localNode } from './local-shell.js'

test('what comes back is zx’s own output', async t => {
  const $ = remote(localNode(t))
  const result = await $`echo out; echo err >&2`
  t.true(result instanceof ProcessOutput)
  t.like(result, { stdout: 'out\n', stderr: 'err\n', exitCode: 0 })
})

test('an exit code is an error that names command, node and the last lines', async t => {
  const $ = remote(localNode(t, 'node2'))
  const error = await t.throwsAsync($`seq 30 >&2; exit ${3}`, { instanceOf: CommandError })
  t.true(error instanceof TaskError)
  t.is(error.message, '30 (exit code 3 on node2)')
  t.is(error.command, 'seq 30 >&2; exit 3')
  t.is(error.output, Array.from({ length: 20 }, (_, at) => String(at + 11)).join('\n'))
  t.is(error.result.exitCode, 3)
})

test('without stderr the error shows stdout', async t => {
  const error = await t.throwsAsync(remote(localNode(t))`echo why; exit 1`, { instanceOf: CommandError })
  t.is(error.output, 'why')
})

test('nothrow makes an exit code a result, and options add up', async t => {
  const $ = remote(localNode(t))
  const result = await $({ nothrow: true })({ input: 'in' })`cat; exit 9`
  t.like(result, { stdout: 'in', exitCode: 9 })
  t.is((await $`cat`).stdout, '')
})

test('a timeout is an error even with nothrow', async t => {
  const $ = remote(localNode(t))
  const call = $({ nothrow: true, timeout: '1s' })`echo begun; sleep 60`
  const error = await t.throwsAsync(call, {
    instanceOf: CommandError,
    message: 'timed out after 1 s on node1; the node has ended the command',
  })
  t.is(error.output, 'begun')
})

test('a command is chained as in zx: options first, then what is read', async t => {
  const $ = remote(localNode(t))
  t.is((await $`exit 7`.nothrow().quiet()).exitCode, 7)
  t.is(await $`echo out; echo err >&2`.text(), 'out\nerr\n')
  t.is(await $`printf '\\377'`.text('hex'), Buffer.from('\uFFFD').toString('hex'))
  t.deepEqual(await $`printf 'one\ntwo\n'; exit 1`.nothrow().lines(), ['one', 'two'])
  t.deepEqual(await $.script('printf one:two').lines(':'), ['one', 'two'])
  await t.throwsAsync($`exit 7`.text(), {
    instanceOf: CommandError,
    message: 'exit code 7 on node1, without a message',
  })
  await t.throwsAsync($({ nothrow: true, quiet: true })`exit 7`.nothrow(false), { instanceOf: CommandError })
})

test('a timeout needs a unit', async t => {
  const $ = remote(localNode(t))
  await t.throwsAsync($`sleep 60`.timeout('100ms'), {
    instanceOf: CommandError,
    message: 'timed out after 0.1 s on node1; the node has ended the command',
  })
  for (const wrong of ['10', '0s', '-1s', '1h', '']) {
    await t.throwsAsync($`true`.timeout(wrong as Duration), {
      instanceOf: TypeError,
      message: `not a duration such as 500ms, 30s or 2m: ${wrong}`,
    })
  }
})

test('stdin takes what is written or piped, until it ends', async t => {
  const $ = remote(localNode(t))
  const written = $`cat`
  written.stdin.write('one ')
  const other = $`echo other`
  t.is((await other).stdout, 'other\n')
  written.stdin.end('two')
  t.is(await written.text(), 'one two')
  const piped = $({ input: 'not this' })`cat`
  await pipeline(Readable.from(['a', 'b']), piped.stdin)
  t.is(await piped.text(), 'ab')
})

test('then, catch and finally give plain promises', async t => {
  const $ = remote(localNode(t))
  t.is(await $`exit 3`.catch((error: CommandError) => error.result.exitCode), 3)
  t.is($`true`.then(() => 1).constructor, Promise)
  t.is((await Promise.allSettled([$`exit 1`, $`true`])).map(({ status }) => status).join(' '), 'rejected fulfilled')
})

test('a script is sent unchanged', async t => {
  t.is((await remote(localNode(t)).script('echo "$((1 + 1))" \'a\'')).stdout, '2 a\n')
})

test('a secret arrives as input and shows nowhere else', async t => {
  const $ = remote(localNode(t))
  const secret = new Secret(Buffer.from('canary-7f3a'))
  t.is((await $({ input: secret })`cat`).stdout, 'canary-7f3a')
  const error = await t.throwsAsync($({ input: secret })`cat >/dev/null; ps -eo args | grep -v grep >&2; exit 1`, {
    instanceOf: CommandError,
  })
  t.false(inspect(error, { depth: 9 }).includes('canary-7f3a'))
})

test('lines are reported while the script runs', async t => {
  const reported: string[] = []
  let seen: () => void = () => {}
  const first = new Promise<void>(resolve => {
    seen = resolve
  })
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-remote-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  // It ends only after its first line was reported.
  const $ = remote(localNode(t))({
    timeout: '10s',
    onLine: line => {
      reported.push(line)
      seen()
    },
  })
  const running = $`echo one; echo aside >&2; until [ -e ${folder}/go ]; do sleep 0.05; done; printf two`
  await first
  t.deepEqual(reported, ['one'])
  writeFileSync(join(folder, 'go'), '')
  t.like(await running, { stdout: 'one\ntwo', stderr: 'aside\n' })
  t.deepEqual(reported, ['one', 'two'])
})

test('several commands at once are several frames of one session', async t => {
  const place = localNode(t)
  const $ = remote(place)
  const results = await Promise.all([1, 2, 3].map(async number => $`echo ${number}`))
  t.deepEqual(
    results.map(({ stdout }) => stdout),
    ['1\n', '2\n', '3\n'],
  )
  t.is(place.session.frames, 3)
})
