import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { conceal, concealed } from '../../runner/concealed.js'
import { reportReporter } from '../../runner/report/report-file.js'
import { createReporter } from '../../runner/ui/reporter.js'
import { eventsOf } from '../report/cases.js'
import { folderOf } from '../cli/ha-run.js'
import { collector } from './collector.js'

const canary = 'canary <b> & "quoted"'

for (const mode of ['plain', 'tty', 'json'] as const) {
  test.serial(`nothing that was decrypted appears in what a run prints or writes: ${mode}`, async t => {
    conceal(canary)
    const [stdout, stderr, folder] = [collector(), collector(), folderOf(t)]
    const [junit, page] = [join(folder, 'junit.xml'), join(folder, 'page.html')]
    const others = [reportReporter(page)]
    const reporter = await createReporter({
      mode,
      stdout,
      stderr,
      verbosity: 1,
      color: false,
      diff: true,
      junit,
      others,
    })
    const place = { cluster: 'pacemaker1', host: 'node1', role: 'apache', task: `write ${canary}` }
    const error = { message: canary, command: canary, output: `a\n${canary}`, hint: canary }
    for (const event of eventsOf('built')) {
      if (event.event === 'summary') {
        reporter.report({ event: 'task-start', ...place, index: 1, count: 1, applying: true })
        reporter.report({ event: 'progress', ...place, text: canary })
        reporter.report({ event: 'notice', text: canary })
        const diff = [{ subject: canary, from: `x ${canary}`, to: canary, note: canary }]
        reporter.report({ event: 'task', ...place, status: 'failed', diff, effects: [canary], error, ms: 1 })
        reporter.report({ event: 'assertion', ...place, status: 'failed', evidence: canary, hint: canary, ms: 1 })
        reporter.report({ event: 'error', cluster: 'pacemaker1', error })
      }
      reporter.report(event)
    }
    await reporter.close()
    const sinks = [stdout.text(), stderr.text(), readFileSync(junit, 'utf8'), readFileSync(page, 'utf8')]
    for (const text of sinks) t.notRegex(text, /canary/)
    t.true(sinks.some(text => text.includes('********')))
  })
}

test('the present value of a difference is the former secret, so it is masked too', async t => {
  conceal('the new secret')
  const out = collector()
  const reporter = await createReporter({
    mode: 'json',
    stdout: out,
    stderr: out,
    verbosity: 0,
    color: false,
    diff: true,
  })
  const diff = [
    { subject: 'passwd of DB', from: 'the old one', to: 'the new secret' },
    { subject: 'user of DB', from: 'root', to: 'admin' },
    { subject: 'token of DB', from: undefined, to: 'the new secret' },
  ]
  const place = { cluster: 'c', role: 'pacemaker', task: 'resources' }
  reporter.report({ event: 'task', ...place, status: 'would-change', diff, ms: 1 })
  await reporter.close()
  t.notRegex(out.text(), /the old one|the new secret/)
  t.regex(
    out.text(),
    /"from":"\*{8}","to":"\*{8}".*"from":"root","to":"admin".*"subject":"token of DB","from":null,"to":"\*{8}"/,
  )
})

test('of two texts, the longer is masked as a whole; short ones are not masked', t => {
  conceal('sesame')
  conceal('open sesame now')
  conceal('abc')
  t.is(concealed('say open sesame now, or sesame, abc'), 'say ********, or ********, abc')
})
