import test from 'ava'
import { ConnectError } from '../../runner/errors.js'
import { Session, type Channel } from '../../runner/ssh/session.js'
import { FakeClock } from '../fake-clock.js'

const silent = (): Channel => ({
  write: () => {},
  onOutput: () => {},
  closed: new Promise<ConnectError>(() => {}),
  end: () => {},
  kill: () => {},
})

test('a node that never answers fails 15 s after its own timeout', async t => {
  const clock = new FakeClock()
  const session = new Session(silent(), 'node1', clock)
  const call = session.run({ scripts: ['x'], timeoutSeconds: 10 })
  clock.pass(24_900)
  t.is(session.lost, undefined)
  clock.pass(200)
  await t.throwsAsync(call, { instanceOf: ConnectError, message: 'node1: no answer within 25 s' })
})

test('a frame that waits for the one before it is not late yet', async t => {
  const clock = new FakeClock()
  const session = new Session(silent(), 'node1', clock)
  const calls = [
    session.run({ scripts: ['x'], timeoutSeconds: 1800 }),
    session.run({ scripts: ['y'], timeoutSeconds: 60 }),
  ]
  const settled = Promise.allSettled(calls)
  clock.pass(100_000)
  const { lost } = session
  clock.pass(2_000_000)
  await settled
  t.is(lost, undefined)
})
