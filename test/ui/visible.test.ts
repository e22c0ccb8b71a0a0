import test from 'ava'
import fc from 'fast-check'
import { isMachineEvent } from '../../runner/engine/events.js'
import { finalSummary } from '../../runner/ui/final-summary.js'
import { jsonLine } from '../../runner/ui/json.js'
import { junit } from '../../runner/ui/junit.js'
import { liveReporter } from '../../runner/ui/live.js'
import { plainReporter } from '../../runner/ui/plain.js'
import { createStyle } from '../../runner/ui/style.js'
import { visible, visibleEvent } from '../../runner/ui/visible.js'
import type { AnyEvent } from '../../runner/ui/visible.js'
import { comesTrue } from '../comes-true.js'
import { collector } from './collector.js'

const style = createStyle({ color: false, utf8: true })
const driving = /[^\P{Cc}\t\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('\x1b', '[', ']', '0', ';', '\x07', '\r', '\n', '\t', '\x9b', '\u202e', '2', 'J', 'a'),
  }),
)

test('characters that a terminal obeys are spelled out', t => {
  t.is(visible('\x1b[2J\r\x07\x9b\u202e\ta\n'), '\\x1b[2J\\r\\x07\\x9b\\u202e\ta\n')
  t.is(visible('não → ✔ 漢字'), 'não → ✔ 漢字')
})

test('visible text has no character that controls a terminal, and is stable', t => {
  fc.assert(
    fc.property(anything, text => {
      const shown = visible(text)
      return !driving.test(shown) && visible(shown) === shown
    }),
  )
  t.pass()
})

test('output loses the carriage returns of a terminal, a difference keeps its own', t => {
  const event = visibleEvent({
    event: 'task',
    cluster: 'c',
    role: 'r',
    task: 't',
    status: 'failed',
    ms: 0,
    diff: [{ subject: 's', from: 'a\r\n', to: 'a\n' }],
    error: { message: 'm', output: 'one\r\ntwo\r\n' },
  })
  t.like(event, { diff: [{ from: 'a\\r\n' }], error: { output: 'one\ntwo\n' } })
})

/** A run in which every text that could come from a node is `text`. */
function runOf(text: string): AnyEvent[] {
  const place = { cluster: 'c', host: 'n', role: 'r', task: text }
  const error = { message: text, command: text, output: text, hint: text, stack: text }
  return [
    { event: 'run', run: '1', command: ['x'], inventory: 'i', check: false, clusters: [{ name: 'c', nodes: ['n'] }] },
    { event: 'task-start', ...place, index: 1, count: 1, applying: true },
    { event: 'progress', ...place, text },
    { event: 'notice', cluster: 'c', host: 'n', text },
    { event: 'notice', text },
    { event: 'task', ...place, status: 'changed', ms: 1, diff: [{ subject: text, from: text, to: `${text}\nx` }] },
    { event: 'task', ...place, status: 'skipped', reason: text, ms: 1 },
    { event: 'task', ...place, status: 'failed', ms: 1, error },
    { event: 'assertion', ...place, status: 'failed', evidence: text, hint: text, ms: 1 },
    { event: 'error', cluster: 'c', host: 'n', status: 'unreachable', error },
    { event: 'headline', cluster: 'c', label: 'page', text },
    { event: 'summary', ok: 0, changed: 0, would_change: 0, unknown: 0, failed: 1, unreachable: 1, exit: 4, ms: 1 },
  ]
}

test('no control character from a node reaches the terminal', async t => {
  await fc.assert(
    fc.asyncProperty(anything, fc.constantFrom(-1, 0, 1), async (text, verbosity) => {
      const out = collector()
      const reporter = plainReporter({ stdout: out, stderr: out, verbosity, diff: true, style })
      for (const event of runOf(text)) reporter.report(event)
      await reporter.close()
      return !driving.test(out.text())
    }),
  )
  const live = finalSummary(runOf('\x1b]0;x\x07').map(visibleEvent), {
    style,
    verbosity: 1,
    diff: true,
    streamed: false,
  })
  t.notRegex(live.join('\n'), driving)
})

for (const [where, count] of [
  ['live rows', Infinity],
  ['row of a task that goes on', 3],
] as const)
  test(`nor through the ${where}`, async t => {
    const out = collector({ isTTY: true, columns: 100, rows: 30 })
    const reporter = liveReporter({ stdout: out, stderr: out, verbosity: 0, diff: true, style })
    for (const event of runOf('\x1b]0;owned\x07\x1b[31m').slice(0, count)) reporter.report(event)
    // The first tick draws the first frame.
    t.true(await comesTrue(() => out.text().includes('owned')))
    await reporter.close()
    t.true(out.text().includes('\\x1b]0;owned\\x07'))
    t.false(out.text().includes('\x1b]'))
    t.false(out.text().includes('\x1b[31m'))
  })

test('JSON and XML with control characters are valid', t => {
  fc.assert(
    fc.property(anything, text => {
      for (const event of runOf(text)) {
        if (isMachineEvent(event) && jsonLine(event, new Date(0), true).includes('\n')) return false
      }
      // eslint-disable-next-line no-control-regex
      return !/[\0-\x08\x0b-\x1f\ufffe\uffff]|\p{Cs}/u.test(junit(runOf(text)))
    }),
  )
  t.pass()
})
