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

test('events of a fleet appear as its clusters end, in their order; one that is postponed comes last', t => {
  const stdout = collector()
  const reporter = jsonReporter({ stdout, stderr: collector(), verbosity: 0, diff: false, style }, () => time)
  const shown = () =>
    stdout
      .text()
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as { event: string; host?: string })
      .map(({ event, host }) => host ?? event)
  const done = (cluster: string) =>
    reporter.report({ event: 'task', cluster, host: `${cluster}n`, role: 'r', task: 't', status: 'ok', ms: 1 })
  const ended = (cluster: string) => reporter.report({ event: 'cluster-end', cluster })
  const clusters = ['a', 'b', 'c', 'd'].map(name => ({ name, nodes: [`${name}n`] }))
  reporter.report({ event: 'run', run: '1', command: [], inventory: 'i', check: false, clusters })
  reporter.report({ event: 'cluster-start', cluster: 'a' })
  done('b')
  ended('b')
  t.deepEqual(shown(), ['run'], 'a comes first')
  done('a')
  ended('a')
  t.deepEqual(shown(), ['run', 'an', 'bn'])
  done('d')
  ended('d')
  t.deepEqual(shown(), ['run', 'an', 'bn'], 'c comes before d')
  reporter.report({ event: 'cluster-postponed', cluster: 'c' })
  t.deepEqual(shown(), ['run', 'an', 'bn', 'dn'])
  done('c')
  ended('c')
  reporter.report(summary)
  t.deepEqual(shown(), ['run', 'an', 'bn', 'dn', 'cn', 'summary'])
})
