import { XMLParser } from 'fast-xml-parser'
import test from 'ava'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { isMachineEvent } from '../../runner/engine/events.js'
import { comment, entry, yamlScalar } from '../../runner/cluster/import/yaml-text.js'
import { errorReport } from '../../runner/engine/error-report.js'
import { reportPage } from '../../runner/report/page.js'
import { diagnose } from '../../runner/ssh/diagnose.js'
import { outcome } from '../../runner/ssh/outcome.js'
import { jsonLine } from '../../runner/ui/json.js'
import { junit } from '../../runner/ui/junit.js'
import { plainReporter } from '../../runner/ui/plain.js'
import { createStyle } from '../../runner/ui/style.js'
import { visibleJson, type AnyEvent } from '../../runner/ui/visible.js'
import { hostileText } from '../hostile-output.js'
import { collector } from './collector.js'

/** Whatever a node prints, no output of ha-run contains a character that a terminal obeys or hides. */

const style = createStyle({ color: false, utf8: true })
const driving = /[^\P{Cc}\t\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const numRuns = 50

/** A run in which a node's text is wherever one may be: as names, values, outputs, and in errors as the transport makes them. */
function runOf(text: string): AnyEvent[] {
  const place = { cluster: 'c', host: 'n', role: 'r', task: 't' }
  const failed = { exitCode: 1, stdout: text, stderr: text, timedOut: false }
  return [
    { event: 'run', run: '1', command: ['x'], inventory: 'i', check: false, clusters: [{ name: 'c', nodes: ['n'] }] },
    {
      event: 'task',
      ...place,
      status: 'changed',
      ms: 1,
      diff: [{ subject: text, from: text, to: `${text}x` }],
      effects: [text],
    },
    {
      event: 'task',
      ...place,
      status: 'failed',
      ms: 1,
      error: errorReport(caught(() => outcome(text, failed, 'n', 1, false))),
    },
    { event: 'assertion', ...place, status: 'failed', evidence: text, hint: text, ms: 1 },
    {
      event: 'error',
      cluster: 'c',
      host: 'n',
      status: 'unreachable',
      error: errorReport(diagnose('n', { stderr: text, stdout: text, exitCode: 1 })),
    },
    { event: 'headline', cluster: 'c', label: 'page', text },
    { event: 'summary', ok: 0, changed: 1, would_change: 0, unknown: 0, failed: 2, unreachable: 1, exit: 4, ms: 1 },
  ]
}

function caught(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}

/** Each output, as text. */
const outputs: [name: string, output: (events: AnyEvent[]) => string | Promise<string>][] = [
  [
    'plain lines',
    async events => {
      const out = collector()
      const reporter = plainReporter({ stdout: out, stderr: out, verbosity: 1, diff: true, style })
      for (const event of events) reporter.report(event)
      await reporter.close()
      return out.text()
    },
  ],
  [
    'JSON',
    events =>
      events
        .filter(isMachineEvent)
        .map(event => jsonLine(event, new Date(0), true))
        .join('\n'),
  ],
  ['JUnit', events => junit(events)],
  ['the page', events => reportPage(events, new Date(0), [])],
]

for (const [name, output] of outputs) {
  test(`nothing that a node prints drives a terminal through ${name}`, async t => {
    await fc.assert(
      fc.asyncProperty(hostileText, async text => {
        const shown = await output(runOf(text))
        const found = driving.exec(shown)
        if (found) throw new Error(JSON.stringify(shown.slice(Math.max(0, found.index - 40), found.index + 10)))
      }),
      { numRuns },
    )
    t.pass()
  })
}

test('JUnit stays XML, and an imported inventory stays visible', t => {
  fc.assert(
    fc.property(hostileText, text => {
      new XMLParser().parse(junit(runOf(text)), true)
      return !driving.test([comment(2, text), entry(2, text, yamlScalar(text), text)].join('\n'))
    }),
    { numRuns },
  )
  t.pass()
})

test('escaped JSON and YAML have the same value', t => {
  fc.assert(
    fc.property(fc.oneof(hostileText, fc.string({ unit: 'grapheme' })), text => {
      if (JSON.parse(visibleJson(JSON.stringify(text))) !== text) return false
      return text === '' || String(load(yamlScalar(text))) === text
    }),
    { numRuns },
  )
  t.pass()
})
