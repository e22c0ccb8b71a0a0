import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { closedPort } from '../ssh/local-sshd.js'
import { folderOf, haRun, inventoryOf } from './ha-run.js'

test('ha-run report writes a page beside the output of a run, or the page that -o names', async t => {
  const file = join(folderOf(t), 'run.jsonl')
  const { stdout } = await haRun(t, 'verify', '--json', '-i', inventoryOf(t, closedPort, closedPort), '-F', '/dev/null')
  writeFileSync(file, stdout)
  const page = file.replace('.jsonl', '.html')
  t.deepEqual(await haRun(t, 'report', file), { exit: 0, stdout: `${page}\n`, stderr: '' })
  t.regex(readFileSync(page, 'utf8'), /<h1 class="bad">Not verified<\/h1>[^]*node1: the connection was refused/)
  // The bundle is read as ASCII.
  t.true(readFileSync(page, 'utf8').includes('content: "⇒ "'))
  const other = join(folderOf(t), 'other.html')
  t.is((await haRun(t, 'report', file, '-o', other)).exit, 0)
  t.is(readFileSync(other, 'utf8'), readFileSync(page, 'utf8'))
})

test('ha-run report refuses a file that is not the output of a run, and writes no page', async t => {
  const file = join(folderOf(t), 'run.jsonl')
  for (const [text, message] of [
    ['{', /line 1 is not JSON/],
    ['{"event":"run","time":"2026-11-27T18:40:00Z"}\n', /is not the output of a run with --json/],
  ] as const) {
    writeFileSync(file, text)
    const { exit, stderr } = await haRun(t, 'report', file)
    t.is(exit, 1)
    t.regex(stderr, message)
    t.false(existsSync(file.replace('.jsonl', '.html')))
  }
  const missing = await haRun(t, 'report', join(file, 'nowhere'))
  t.is(missing.exit, 1)
  t.regex(missing.stderr, /cannot be read/)
})
