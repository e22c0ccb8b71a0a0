/* oxlint-disable typescript/no-unsafe-type-assertion -- parsed text has the type that the test expects */
import { readFileSync, readdirSync } from 'node:fs'
import test from 'ava'
import { load } from 'js-yaml'
import stringWidth from 'string-width'
import { drillView } from '../../roles/drill/view.js'
import { finalSummary } from '../../runner/ui/final-summary.js'
import { plainReporter } from '../../runner/ui/plain.js'
import { createStyle } from '../../runner/ui/style.js'
import { visibleEvent } from '../../runner/ui/visible.js'
import type { AnyEvent } from '../../runner/ui/visible.js'
import { collector } from './collector.js'

/**
 * A run: its events, and the output of the two reporters for people. `plain` is all output of the plain reporter, `closing` what the live
 * reporter leaves on the screen.
 */
interface Case {
  about: string
  options: { verbosity?: number; diff?: boolean }
  events: AnyEvent[]
  plain: string
  closing: string
}

const folder = 'test/cases/ui'
const style = createStyle({ color: false, utf8: true })

for (const file of readdirSync(folder).filter(name => name.endsWith('.yml'))) {
  const { about, options, events, ...expected } = load(readFileSync(`${folder}/${file}`, 'utf8')) as Case
  const settings = { verbosity: 0, diff: false, style, views: [drillView], ...options }

  test(`${file}, plain: ${about}`, async t => {
    const out = collector()
    const reporter = plainReporter({ ...settings, stdout: out, stderr: out })
    for (const event of events) reporter.report(event)
    await reporter.close()
    t.is(out.text(), expected.plain)
  })

  test(`${file}, final summary: ${about}`, t => {
    t.is(`${finalSummary(events.map(visibleEvent), { ...settings, streamed: false }).join('\n')}\n`, expected.closing)
  })
}

test('plain lines are aligned by display width', async t => {
  const out = collector()
  const reporter = plainReporter({ stdout: out, stderr: out, verbosity: 1, diff: false, style })
  const place = { cluster: 'web', role: 'apache', status: 'ok', ms: 0 } as const
  reporter.report({
    event: 'run',
    run: '1',
    command: [],
    inventory: 'i',
    check: false,
    clusters: [{ name: 'web', nodes: ['日本', 'node2'] }],
  })
  reporter.report({ event: 'task', ...place, host: '日本', task: 'página é日本' })
  reporter.report({ event: 'task', ...place, host: 'node2', task: 'page' })
  await reporter.close()
  const columns = out
    .text()
    .split('\n')
    .filter(line => line.includes('apache: '))
    .map(line => [
      stringWidth(line.slice(0, line.indexOf('apache'))),
      stringWidth(line.slice(0, line.indexOf(' ok') + 1)),
    ])
  t.deepEqual(columns, [
    [7, 62],
    [7, 62],
  ])
})
