import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import type { Reporter } from '../../runner/engine/events.js'
import { createReporter } from '../../runner/ui/reporter.js'
import { localeIsUtf8 } from '../../runner/ui/style.js'
import { tee } from '../../runner/ui/tee.js'
import type { AnyEvent } from '../../runner/ui/visible.js'
import { collector } from './collector.js'

const run: AnyEvent = {
  event: 'run',
  run: '1',
  command: ['ha-run'],
  inventory: 'i',
  check: false,
  clusters: [{ name: 'web', nodes: ['node1'] }],
}
const hideCursor = '\x1b[?25l'

async function written(options: {
  mode?: 'tty' | 'plain' | 'json'
  isTTY: boolean
  verbosity?: number
  columns?: number
}) {
  const stdout = collector({ isTTY: options.isTTY, columns: options.columns ?? 80, rows: 24 })
  const reporter = await createReporter({
    mode: options.mode,
    stdout,
    stderr: collector(),
    verbosity: options.verbosity ?? 0,
    color: false,
    diff: false,
  })
  reporter.report(run)
  await reporter.close()
  return stdout.text()
}

test('rows on a terminal, lines elsewhere, JSON on request', async t => {
  const before = { TERM: process.env['TERM'], CI: process.env['CI'] }
  process.env['TERM'] = 'xterm'
  delete process.env['CI']
  t.teardown(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  t.true((await written({ isTTY: true })).includes(hideCursor))
  t.false((await written({ isTTY: false })).includes(hideCursor))
  t.false((await written({ isTTY: true, columns: 0 })).includes(hideCursor))
  t.false((await written({ isTTY: true, verbosity: 1 })).includes(hideCursor))
  t.false((await written({ isTTY: true, verbosity: -1 })).includes(hideCursor))
  process.env['CI'] = 'true'
  t.false((await written({ isTTY: true })).includes(hideCursor))
  t.regex(await written({ isTTY: true, mode: 'json' }), /^\{"event":"run",/)
})

test('a JUnit file beside other output', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'ha-run-ui-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const junit = join(folder, 'junit.xml')
  const stdout = collector()
  const reporter = await createReporter({
    mode: 'json',
    stdout,
    stderr: collector(),
    verbosity: 0,
    color: false,
    diff: false,
    junit,
  })
  reporter.report(run)
  await reporter.close()
  t.regex(await readFile(junit, 'utf8'), /<testsuites name="ha-run" tests="0"/)
})

test('a tee passes events to all reporters, and closes all even if one fails', async t => {
  const calls: string[] = []
  const fake = (name: string, failing = false): Reporter => ({
    report: event => void calls.push(`${name} ${event.event}`),
    async close() {
      calls.push(`${name} close`)
      if (failing) throw new Error(`${name} failed`)
    },
  })
  const both = tee(fake('a', true), fake('b'))
  both.report(run)
  await t.throwsAsync(both.close(), { message: 'a failed' })
  t.deepEqual(calls, ['a run', 'b run', 'a close', 'b close'])
})

test('the character set of the locale, with the variables in the order of libc', t => {
  t.true(localeIsUtf8({ LANG: 'pt_BR.UTF-8' }))
  t.true(localeIsUtf8({ LC_ALL: 'C.utf8', LANG: 'C' }))
  t.false(localeIsUtf8({ LC_ALL: 'C', LANG: 'C.UTF-8' }))
  t.false(localeIsUtf8({}))
})
