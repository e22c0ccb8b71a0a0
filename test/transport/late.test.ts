import { mock } from 'node:test'
import test from 'ava'
import { ConnectError } from '../../runner/errors.js'
import { Session, type Channel } from '../../runner/transport/session.js'

// One clock for the whole file: its tests take turns.

const silent = (): Channel => ({
  write: () => {}, onOutput: () => {}, closed: new Promise<ConnectError>(() => {}), end: () => {}, kill: () => {},
})

test.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
test.afterEach.always(() => mock.timers.reset())

test.serial('a node that never answers is given up 15 s after its own timeout', async t => {
  const session = new Session(silent(), 'node1')
  const call = session.run({ scripts: ['x'], timeout: 10 })
  mock.timers.tick(24_900)
  t.is(session.lost, undefined)
  mock.timers.tick(200)
  await t.throwsAsync(call, { instanceOf: ConnectError, message: 'node1: no answer within 25 s' })
})

test.serial('a frame that waits for the one before it is not late yet', async t => {
  const session = new Session(silent(), 'node1')
  const calls = [session.run({ scripts: ['x'], timeout: 1800 }), session.run({ scripts: ['y'], timeout: 60 })]
  const settled = Promise.allSettled(calls)
  mock.timers.tick(100_000)
  const { lost } = session
  mock.timers.tick(2_000_000)
  await settled
  t.is(lost, undefined)
})
