import test from 'ava'
import { jsonReporter } from '../../runner/ui/json.js'
import { plainReporter } from '../../runner/ui/plain.js'
import { createStyle } from '../../runner/ui/style.js'
import type { AnyEvent } from '../../runner/ui/visible.js'
import { FakeClock } from '../fake-clock.js'
import { collector } from './collector.js'

const style = createStyle({ color: false, utf8: true })
const run: AnyEvent = {
  event: 'run',
  run: '1',
  command: [],
  inventory: 'i',
  check: false,
  clusters: [{ name: 'c', nodes: ['node1'] }],
}
const place = { cluster: 'c', host: 'node1', role: 'corosync', task: 'install corosync' }
const start: AnyEvent = { event: 'task-start', ...place, index: 1, count: 6, applying: false }
const applying: AnyEvent = { ...start, applying: true }
const done: AnyEvent = { event: 'task', ...place, status: 'changed', ms: 12_000 }
const summary: AnyEvent = {
  event: 'summary',
  ok: 0,
  changed: 1,
  would_change: 0,
  unknown: 0,
  failed: 0,
  unreachable: 0,
  exit: 0,
  ms: 1,
}
const progress = (text: string): AnyEvent => ({ event: 'progress', ...place, text })

function plain(verbosity = 0) {
  const clock = new FakeClock()
  const out = collector()
  const reporter = plainReporter({ stdout: out, stderr: out, verbosity, diff: false, style }, clock)
  reporter.report(run)
  return { clock, pass: (seconds: number) => clock.pass(seconds * 1000), out, reporter }
}

test('a running task is reported after 10 s, and then less and less often', t => {
  const { out, reporter, pass } = plain()
  reporter.report(start)
  pass(5)
  reporter.report(applying)
  reporter.report(progress('installing 62 %: libqb100'))
  pass(25)
  reporter.report(progress(''))
  pass(1800)
  t.deepEqual(out.text().trimEnd().split('\n'), [
    'node1  corosync: install corosync … 10 s (installing 62 %: libqb100)',
    'node1  corosync: install corosync … 30 s (installing 62 %: libqb100)',
    ...['1 min', '2 min', '5 min', '10 min', '20 min', '30 min'].map(
      elapsed => `node1  corosync: install corosync … ${elapsed}`,
    ),
  ])
})

test('a task that has ended is not reported, and the next one has its own time', t => {
  const { out, reporter, pass, clock } = plain()
  reporter.report(start)
  pass(9)
  reporter.report(done)
  t.is(clock.timers, 0)
  const next: AnyEvent = { ...start, host: undefined, task: 'corosync runs' }
  reporter.report(next)
  pass(9)
  t.regex(out.text(), /^node1 +corosync: install corosync +changed +12\.0 s\n$/)
  pass(1)
  t.true(out.text().endsWith('\nc      corosync: corosync runs … 10 s\n'))
})

test('close leaves no timer', async t => {
  const { reporter, clock } = plain()
  reporter.report(start)
  t.is(clock.timers, 1)
  await reporter.close()
  t.is(clock.timers, 0)
})

test('-q does not report running tasks', t => {
  const { out, reporter, pass } = plain(-1)
  reporter.report(start)
  pass(100)
  t.is(out.text(), '')
})

test('text from a node cannot control the terminal of a reader', t => {
  const { out, reporter, pass } = plain()
  reporter.report(start)
  reporter.report(progress('installing 1 %: \x1b]0;owned\x07\r\nnode2  fine'))
  pass(10)
  t.is(out.text(), 'node1  corosync: install corosync … 10 s (installing 1 %: \\x1b]0;owned\\x07\\r node2  fine)\n')
})

test('--json does not report running tasks, not even with -v', async t => {
  const [out, err] = [collector(), collector()]
  const reporter = jsonReporter({ stdout: out, stderr: err, verbosity: 1, diff: false, style })
  for (const event of [run, start, progress('installing'), done, summary]) reporter.report(event)
  await reporter.close()
  t.deepEqual(
    out
      .text()
      .trimEnd()
      .split('\n')
      .map(line => (JSON.parse(line) as AnyEvent).event),
    ['run', 'task', 'summary'],
  )
  t.is(err.text(), '')
})
