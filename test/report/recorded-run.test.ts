import test from 'ava'
import { drillView } from '../../roles/drill/view.js'
import { reportPage } from '../../runner/report/page.js'
import { readRecordedRun } from '../../runner/report/recorded-run.js'
import { jsonReporter } from '../../runner/ui/json.js'
import { createStyle } from '../../runner/ui/style.js'
import { collector } from '../ui/collector.js'
import { reportCases, written, type ReportCase } from './cases.js'

/** What `--json` prints of a run. */
async function recorded({ events }: ReportCase): Promise<string> {
  const out = collector()
  const style = createStyle({ color: false, utf8: true })
  const reporter = jsonReporter({ stdout: out, stderr: collector(), verbosity: 0, diff: false, style }, () => written)
  for (const event of events) reporter.report(event)
  await reporter.close()
  return out.text()
}

for (const one of reportCases.filter(({ events }) => events.some(({ event }) => event === 'summary'))) {
  test(`${one.name}: the page from JSON equals the page of the run itself, without its notices`, async t => {
    const { events, ended } = readRecordedRun(await recorded(one), 'run.jsonl')
    t.deepEqual(ended, written)
    const withoutNotices = one.events.filter(({ event }) => event !== 'notice')
    t.is(reportPage(events, ended, [drillView]), reportPage(withoutNotices, written, [drillView]))
  })
}

const refuses = test.macro({
  exec: (t, text: string, message: RegExp) =>
    t.throws(() => readRecordedRun(text, 'run.jsonl'), { name: 'UsageError', message }),
  title: (name = '') => `no recorded run: ${name}`,
})

const time = '"time":"2026-11-27T18:40:00Z"'
test(
  'an empty file',
  refuses,
  '',
  /^run\.jsonl is not the output of a run with --json: it does not start with a run event$/,
)
test('other text', refuses, '{"event":"run"', /^run\.jsonl, line 1 is not JSON: /)
test('other JSON', refuses, 'null\n', /^run\.jsonl, line 1 is not an event with a time$/)
test(
  'an event without a time',
  refuses,
  `{"event":"run",${time}}\n{"event":"task"}\n`,
  /^run\.jsonl, line 2 is not an event with a time$/,
)
test('a status', refuses, `{"event":"status",${time}}\n`, /does not start with a run event$/)
test(
  'a diff of another shape',
  refuses,
  `{"event":"run",${time}}\n{"event":"task",${time},"diff":[null]}\n`,
  /^run\.jsonl, line 2 has a diff that is no list of differences$/,
)
test('an error after empty lines', refuses, `\n\n{"event":"run",${time}}\n\nbad\n`, /^run\.jsonl, line 5 is not JSON/)

test('a run that was cut off in its last line', t => {
  t.is(readRecordedRun(`{"event":"run",${time}}\n{"event":"ta`, 'run.jsonl').events.length, 1)
})
