import { existsSync } from 'node:fs'
import test from 'ava'
import { measure } from './measure.js'

const withTime = existsSync('/usr/bin/time') ? test : test.skip
const signal = new AbortController().signal

withTime('time, processor time and memory of a command and its children, and its output', async t => {
  const script =
    'echo out; echo err >&2; sh -c "i=0; while [ \\$i -lt 300000 ]; do i=\\$((i + 1)); done"; sleep 0.3; exit 3'
  const { exitCode, stdout, stderr, run } = await measure(['sh', '-c', script], { signal })
  t.deepEqual([exitCode, stdout, stderr], [3, 'out\n', 'err\n'])
  t.true(run.seconds >= 0.3)
  t.true(
    run.cpuSeconds > 0.02 && run.cpuSeconds < run.seconds,
    `${run.cpuSeconds} s of processor time in ${run.seconds} s`,
  )
  t.true(run.peakMegabytes > 0.5 && run.peakMegabytes < 50, `${run.peakMegabytes} MB`)
})

withTime('a background process that keeps the output open is not waited for', async t => {
  const { stdout, run } = await measure(['sh', '-c', 'sleep 60 & echo $!'], { signal })
  t.teardown(() => process.kill(Number(stdout)))
  t.true(run.seconds < 50)
})

withTime('an interrupt terminates the command', async t => {
  const interrupt = new AbortController()
  const started = performance.now()
  setTimeout(() => interrupt.abort(new Error('interrupted')), 100)
  await t.throwsAsync(measure(['sleep', '60'], { signal: interrupt.signal }), { message: 'interrupted' })
  t.true(performance.now() - started < 50_000)
  await t.throwsAsync(measure(['true'], { signal: interrupt.signal }), { message: 'interrupted' })
})
