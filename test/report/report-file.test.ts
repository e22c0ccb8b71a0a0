import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { createReporter } from '../../runner/ui/reporter.js'
import { reportReporter } from '../../runner/report/report-file.js'
import { collector } from '../ui/collector.js'
import { eventsOf, pageOf, written } from './cases.js'

test('the page is written at once at the end, without other files', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'ha-run-report-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'report.html')
  await writeFile(file, 'old')
  const reporter = reportReporter(file, [], () => written)
  for (const event of eventsOf('healthy')) reporter.report(event)
  reporter.report({ event: 'progress', cluster: 'pacemaker1', role: 'r', task: 't', text: 'installing' })
  t.is(await readFile(file, 'utf8'), 'old')
  await reporter.close()
  t.is(await readFile(file, 'utf8'), pageOf('healthy'))
  t.deepEqual(await readdir(folder), ['report.html'])
})

test('a report in a missing directory is an error', async t => {
  await t.throwsAsync(reportReporter('/nowhere/at/all.html').close(), {
    name: 'UsageError',
    message: /cannot be written: ENOENT/,
  })
})

test('a report beside JUnit and JSON, of a run that did not end', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'ha-run-report-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const [junit, report] = [join(folder, 'junit.xml'), join(folder, 'report.html')]
  const stdout = collector()
  const reporter = await createReporter({
    mode: 'json',
    stdout,
    stderr: collector(),
    verbosity: 0,
    color: false,
    diff: false,
    junit,
    others: [reportReporter(report)],
  })
  for (const event of eventsOf('cut-short')) reporter.report(event)
  await reporter.close()
  t.regex(await readFile(report, 'utf8'), /<h1 class="bad">Not finished<\/h1>/)
  t.regex(await readFile(junit, 'utf8'), /<testsuites/)
  t.regex(stdout.text(), /^\{"event":"run"/)
})
