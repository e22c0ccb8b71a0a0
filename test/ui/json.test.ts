/* oxlint-disable typescript/no-unsafe-type-assertion -- parsed text has the type that the test expects */
import test from 'ava'
import type { MachineEvent } from '../../runner/engine/events.js'
import { jsonLine, jsonReporter } from '../../runner/ui/json.js'
import { createStyle } from '../../runner/ui/style.js'
import { collector } from './collector.js'

const style = createStyle({ color: false, utf8: true })
const time = new Date('2026-11-22T15:00:00.000Z')
const summary: MachineEvent = {
  event: 'summary',
  exit: 0,
  ms: 5,
  ok: 1,
  changed: 0,
  would_change: 0,
  unknown: 0,
  failed: 0,
  unreachable: 0,
}

test('fields have a fixed order, absent sides are null, and the stack needs -v', t => {
  const event: MachineEvent = {
    ms: 7,
    error: { stack: 'at x', hint: 'h', message: 'm' },
    diff: [{ to: 'b', from: undefined, subject: 's' }],
    status: 'failed',
    task: 't',
    role: 'r',
    host: 'n',
    cluster: 'c',
    reason: undefined,
    event: 'task',
  }
  t.is(
    jsonLine(event, time, false),
    '{"event":"task","time":"2026-11-22T15:00:00.000Z","cluster":"c","host":"n","role":"r","task":"t","status":"failed",' +
      '"diff":[{"subject":"s","from":null,"to":"b"}],"error":{"message":"m","hint":"h"},"ms":7}',
  )
  t.true(jsonLine(event, time, true).endsWith('"error":{"message":"m","hint":"h","stack":"at x"},"ms":7}'))
})

test('the summary has its documented fields', t => {
  t.is(
    jsonLine(summary, time, false),
    '{"event":"summary","time":"2026-11-22T15:00:00.000Z","ok":1,"changed":0,"would_change":0,"unknown":0,"failed":0,' +
      '"unreachable":0,"exit":0,"ms":5}',
  )
})

test('unknown fields follow the known ones', t => {
  const drill = { event: 'drill-round', round: 1, outage_ms: 170, cluster: 'c' } as unknown as MachineEvent
  t.is(
    jsonLine(drill, time, false),
    '{"event":"drill-round","time":"2026-11-22T15:00:00.000Z","cluster":"c","round":1,"outage_ms":170}',
  )
})

for (const verbosity of [0, 1]) {
  test(`stdout has machine events only and the summary last, verbosity ${verbosity}`, async t => {
    const stdout = collector()
    const stderr = collector()
    const reporter = jsonReporter({ stdout, stderr, verbosity, diff: true, style }, () => time)
    reporter.report({ event: 'notice', text: 'a near miss' })
    reporter.report({
      event: 'task-start',
      cluster: 'c',
      host: 'n',
      role: 'r',
      task: 't',
      index: 1,
      count: 1,
      applying: false,
    })
    reporter.report({ event: 'error', cluster: 'c', error: { message: 'locked\x1b' } })
    reporter.report({ event: 'headline', cluster: 'c', label: 'members', text: 'n' })
    reporter.report(summary)
    reporter.report({ event: 'error', error: { message: 'too late' } })
    await reporter.close()
    const lines = stdout
      .text()
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as { event: string })
    t.deepEqual(
      lines.map(({ event }) => event),
      ['error', 'headline', 'summary'],
    )
    t.is(stderr.text(), verbosity === 0 ? '' : 'a near miss\n✖ c\n  locked\\x1b\n')
  })
}
