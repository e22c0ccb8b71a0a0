import test from 'ava'
import { onInterrupt } from '../../runner/cli/signals.js'

test('Ctrl-C: finishes the steps, then ends them, then ends the process', t => {
  const others = process.listeners('SIGINT')
  const notices: string[] = []
  let exits = 0
  const { stop, abandon, done } = onInterrupt(
    text => notices.push(text),
    () => {
      exits += 1
    },
  )
  t.teardown(done)
  const press = process.listeners('SIGINT').find(listener => !others.includes(listener))!
  const states: unknown[] = []
  for (let times = 1; times <= 3; times++) {
    press('SIGINT')
    states.push([stop.aborted, abandon.aborted, exits])
  }
  t.deepEqual(states, [
    [true, false, 0],
    [true, true, 0],
    [true, true, 1],
  ])
  t.is(notices.length, 2)
  t.regex(notices[1]!, /Ctrl-C again ends ha-run at once/)
})
