import test from 'ava'
import { onInterrupt } from '../../runner/cli/signals.js'

/** The process's own signals are emitted, not sent: a test ends nothing. */

test.serial('the first Ctrl-C stops, the second abandons, the third ends the process at once', t => {
  const calls: string[] = []
  let now = 0
  const { stop, abandon, done } = onInterrupt({
    notify: text => calls.push(text),
    leave: () => calls.push('leave'),
    exit: code => calls.push(`exit ${code}`),
    now: () => now,
  })
  const interrupt = (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => {
    now += 1000
    process.emit(name, name)
  }
  t.teardown(done)
  interrupt('SIGINT')
  t.deepEqual([stop.aborted, abandon.aborted], [true, false])
  interrupt('SIGTERM')
  t.deepEqual([stop.aborted, abandon.aborted], [true, true])
  t.is(calls.length, 2)
  t.regex(calls[1] ?? '', /Ctrl-C again ends ha-run at once/)
  interrupt('SIGINT')
  t.deepEqual(calls.slice(2), ['leave', 'exit 130'])
})

test.serial('a signal that comes twice at once, as from timeout, is one', t => {
  let now = 0
  const { stop, abandon, done } = onInterrupt({ notify: () => {}, now: () => now })
  t.teardown(done)
  process.emit('SIGTERM', 'SIGTERM')
  now += 10
  process.emit('SIGTERM', 'SIGTERM')
  t.deepEqual([stop.aborted, abandon.aborted], [true, false])
  now += 200
  process.emit('SIGTERM', 'SIGTERM')
  t.true(abandon.aborted)
})
