import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import test from 'ava'
import { liveReporter } from '../../runner/ui/live.js'
import { createStyle } from '../../runner/ui/style.js'
import type { AnyEvent } from '../../runner/ui/visible.js'
import { collector } from './collector.js'

const style = createStyle({ color: true, utf8: true })
const hideCursor = '\x1b[?25l'
const showCursor = '\x1b[?25h'
// eslint-disable-next-line no-control-regex
const erasing = /^\x1b\[2K/

const runOf = (nodes: string[]): AnyEvent => {
  return { event: 'run', run: '1', command: [], inventory: 'i', check: false, clusters: [{ name: 'web', nodes }] }
}
const summary: AnyEvent = {
  event: 'summary',
  ok: 1,
  changed: 0,
  would_change: 0,
  unknown: 0,
  failed: 0,
  unreachable: 0,
  exit: 0,
  ms: 5,
}

/** A run of `hosts` x `tasks`, with 20 ms for each task. */
async function run(hosts: number, tasks: number) {
  const out = collector({ isTTY: true, columns: 120, rows: 50 })
  const reporter = liveReporter({ stdout: out, stderr: collector(), verbosity: 0, diff: false, style })
  const nodes = Array.from({ length: hosts }, (_, index) => `node${index + 1}`)
  reporter.report(runOf(nodes))
  for (let index = 1; index <= tasks; index++) {
    for (const host of nodes) {
      const place = { cluster: 'web', host, role: 'corosync', task: `a task of an ordinary length, number ${index}` }
      reporter.report({ event: 'task-start', ...place, index, count: tasks, applying: index % 4 === 0 })
    }
    await sleep(20)
    for (const host of nodes) {
      const place = { cluster: 'web', host, role: 'corosync', task: `a task of an ordinary length, number ${index}` }
      reporter.report({ event: 'task', ...place, status: index % 4 === 0 ? 'changed' : 'ok', ms: 20 })
    }
  }
  reporter.report(summary)
  await reporter.close()
  return out
}

test('64 hosts x 40 tasks write less than 5 kB a frame, in at most ten frames a second', async t => {
  const began = performance.now()
  const out = await run(64, 40)
  const ms = performance.now() - began
  const frames = out.chunks.filter(chunk => erasing.test(chunk)).length
  t.log(`${out.text().length} bytes, ${frames} frames`)
  t.true(out.text().length < 5000 * (frames + 2))
  // Ten frames a second at most, instead of one for each of 5,120 events.
  t.true(frames > 0 && frames <= ms / 90 + 2, `${frames} frames in ${ms} ms`)
})

test('the rows vanish, the final summary stays, and the cursor is visible', async t => {
  const out = await run(2, 10)
  const text = out.text()
  t.true(text.indexOf(hideCursor) < text.lastIndexOf(showCursor))
  t.true(text.lastIndexOf(hideCursor) < text.lastIndexOf(showCursor))
  t.regex(text.slice(text.lastIndexOf(showCursor)), /2 nodes: .*in sync|2 nodes: .*converged/)
})

test('a run that fails and was suspended restores the cursor', async t => {
  const out = collector({ isTTY: true, columns: 80, rows: 24 })
  const reporter = liveReporter({ stdout: out, stderr: collector(), verbosity: 0, diff: false, style })
  const place = { cluster: 'web', host: 'node1', role: 'corosync', task: 'install corosync' }
  reporter.report(runOf(['node1', 'node2']))
  const resume = await reporter.suspend!()
  reporter.report({ event: 'task', ...place, status: 'failed', error: { message: 'no space left' }, ms: 5 })
  resume()
  reporter.report({ ...summary, failed: 1, exit: 2 })
  await reporter.close()
  t.regex(out.text().slice(out.text().lastIndexOf(showCursor)), /no space left/)
})

test('after a run, writes go to the stream again', async t => {
  const out = await run(1, 1)
  out.write('hello')
  t.is(out.chunks.at(-1), 'hello')
})

test('a run that ends before its first frame', async t => {
  const out = collector({ isTTY: true, columns: 80, rows: 24 })
  const reporter = liveReporter({ stdout: out, stderr: out, verbosity: 0, diff: false, style })
  reporter.report(runOf(['node1']))
  await reporter.close()
  t.true(out.text().includes('node1'))
})

test('an error before any run goes to stderr', async t => {
  const out = collector({ isTTY: true, columns: 80, rows: 24 })
  const err = collector()
  const reporter = liveReporter({ stdout: out, stderr: err, verbosity: 0, diff: false, style })
  reporter.report({ event: 'error', error: { message: 'no such inventory' } })
  await reporter.close()
  t.is(out.text(), '')
  t.true(err.text().includes('no such inventory'))
})

test('process.exit during a run restores the cursor', async t => {
  const script = `
    import { liveReporter } from ${JSON.stringify(new URL('../../runner/ui/live.js', import.meta.url).href)}
    import { createStyle } from ${JSON.stringify(new URL('../../runner/ui/style.js', import.meta.url).href)}
    const style = createStyle({ color: false, utf8: true })
    const reporter = liveReporter({ stdout: process.stdout, stderr: process.stderr, verbosity: 0, diff: false, style })
    const write = process.stdout.write.bind(process.stdout)
    let shown = ''
    process.stdout.write = (text, ...rest) => { shown += text; return write(text, ...rest) }
    reporter.report(${JSON.stringify(runOf(['node1']))})
    setInterval(() => { if (shown.includes('node1')) process.exit(7) }, 20)`
  const child = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  const { code, stdout } = await t.throwsAsync<Error & { code: number; stdout: string }>(child)
  t.is(code, 7)
  t.true(stdout.includes('node1'))
  t.true(stdout.includes(hideCursor) && stdout.endsWith(showCursor))
})
