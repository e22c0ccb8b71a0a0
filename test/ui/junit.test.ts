/* oxlint-disable typescript/no-unsafe-type-assertion -- parsed text has the type that the test expects */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { escapeHtml } from '../../runner/ui/escape.js'
import { junit, junitReporter } from '../../runner/ui/junit.js'
import type { EventView } from '../../runner/ui/event-view.js'
import type { AnyEvent } from '../../runner/ui/visible.js'

const events: AnyEvent[] = [
  {
    event: 'run',
    run: '1',
    command: [],
    inventory: 'i',
    check: false,
    clusters: [{ name: 'web', nodes: ['node1', 'node2'] }],
  },
  { event: 'task', cluster: 'web', host: 'node1', role: 'corosync', task: 'install', status: 'ok', ms: 1200 },
  {
    event: 'task',
    cluster: 'web',
    host: 'node1',
    role: 'corosync',
    task: 'write "x" & <y>',
    status: 'failed',
    ms: 30,
    error: { message: 'line one\nline <two>', command: 'corosync -t', output: '\x1b[31mbad\x1b[0m ]]>', hint: 'look' },
  },
  {
    event: 'task',
    cluster: 'web',
    host: 'node1',
    role: 'apache',
    task: 'page',
    status: 'skipped',
    reason: 'needs x',
    ms: 0,
  },
  {
    event: 'task',
    cluster: 'web',
    host: 'node2',
    role: 'apache',
    task: 'page',
    status: 'would-change',
    ms: 5,
    diff: [{ subject: 'mode of x', from: '1', to: '2' }],
  },
  {
    event: 'assertion',
    cluster: 'web',
    role: 'verify',
    task: 'page answers',
    status: 'failed',
    meaning: 'A visitor gets the page.',
    evidence: 'refused',
    hint: 'start it',
    ms: 4,
  },
  {
    event: 'assertion',
    cluster: 'web',
    role: 'verify',
    task: 'one DC',
    status: 'ok',
    meaning: 'One decides.',
    evidence: 'node1 & no other',
    hint: 'look',
    ms: 1,
  },
  { event: 'error', cluster: 'web', host: 'node2', status: 'unreachable', error: { message: 'no answer' } },
]

test('a testsuite for each cluster and host, a testcase for each task', t => {
  t.is(
    junit(events),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="ha-run" tests="7" failures="3" errors="1" skipped="1" time="1.240">
  <testsuite name="web.node1" tests="3" failures="1" errors="0" skipped="1" time="1.230">
    <testcase classname="web.node1" name="corosync: install" time="1.200"/>
    <testcase classname="web.node1" name="corosync: write &quot;x&quot; &amp; &lt;y&gt;" time="0.030">
      <failure message="line one line &lt;two&gt;" type="failed">line one
line &lt;two&gt;
$ corosync -t
\\x1b[31mbad\\x1b[0m ]]&gt;
look</failure>
    </testcase>
    <testcase classname="web.node1" name="apache: page" time="0.000">
      <skipped message="needs x"/>
    </testcase>
  </testsuite>
  <testsuite name="web.node2" tests="2" failures="1" errors="1" skipped="0" time="0.005">
    <testcase classname="web.node2" name="apache: page" time="0.005">
      <failure message="mode of x" type="would-change"/>
    </testcase>
    <testcase classname="web.node2" name="run" time="0.000">
      <error message="no answer" type="unreachable"/>
    </testcase>
  </testsuite>
  <testsuite name="web" tests="2" failures="1" errors="0" skipped="0" time="0.005">
    <testcase classname="web" name="verify: page answers" time="0.004">
      <failure message="refused" type="failed">start it</failure>
      <system-out>A visitor gets the page.
failed: refused</system-out>
    </testcase>
    <testcase classname="web" name="verify: one DC" time="0.001">
      <system-out>One decides.
ok: node1 &amp; no other</system-out>
    </testcase>
  </testsuite>
</testsuites>
`,
  )
  t.true(XMLValidator.validate(junit(events)))
})

test('what a role reports beside its task stands in the testcase', t => {
  const view: EventView = {
    plainLines: event =>
      event.event === 'drill-round' ? [`web  drill: cut of node1  ok  (${event.outage_ms} ms)`] : [],
    summaryLines: () => [],
    verdict: () => undefined,
  }
  const round: AnyEvent = {
    event: 'drill-round',
    cluster: 'web',
    status: 'ok',
    round: 1,
    rounds: 1,
    fault: 'cut',
    node: 'node1',
    outage_ms: 7,
    failed_requests: 1,
    requests: 9,
    returned: false,
    duplicate_address_ms: 0,
  }
  const task: AnyEvent = { event: 'task', cluster: 'web', role: 'drill', task: 'cut', status: 'ok', ms: 30 }
  const text = junit([events[0]!, { ...task, task: 'before' }, round, task], [view])
  t.regex(text, /name="drill: before" time="0.030"\/>/)
  t.regex(
    text,
    /name="drill: cut" time="0.030">\s*<system-out>web {2}drill: cut of node1 {2}ok {2}\(7 ms\)<\/system-out>/,
  )
})

test('a parser returns the text that was escaped', t => {
  const text = 'a & b < c > "d" \'e\' ]]>'
  const parsed = new XMLParser().parse(`<x>${escapeHtml(text)}</x>`) as { x: string }
  t.is(parsed.x, text)
})

test('the JUnit file is written at once, without other files', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'ha-run-junit-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'report.xml')
  await writeFile(file, 'old')
  const reporter = junitReporter(file)
  for (const event of events) reporter.report(event)
  t.is(await readFile(file, 'utf8'), 'old')
  await reporter.close()
  t.is(await readFile(file, 'utf8'), junit(events))
  t.deepEqual(await readdir(folder), ['report.xml'])
})

test('a JUnit file in a missing directory is an error', async t => {
  await t.throwsAsync(junitReporter('/nowhere/at/all.xml').close(), {
    name: 'UsageError',
    message: /cannot be written: ENOENT/,
  })
})
