import test from 'ava'
import { Relay } from '../../runner/lab/relay.js'
import { FakeClock } from '../fake-clock.js'

/** A relay whose contact takes a moment to move, and what it has done. */
function slowRelay() {
  const moved: string[] = []
  const clock = new FakeClock()
  const settled = async () => new Promise(resolve => setImmediate(() => setImmediate(resolve)))
  const relay = new Relay(async isOn => {
    moved.push(isOn ? 'on…' : 'off…')
    await new Promise(resolve => setImmediate(resolve))
    moved.push(isOn ? 'on' : 'off')
  }, clock)
  return { relay, moved, clock, settled }
}

const off = { isOn: false, afterSeconds: 0 }
const onLater = { isOn: true, afterSeconds: 5 }

test('a movement is over when the plug answers', async t => {
  const { relay, moved } = slowRelay()
  await relay.obey({ moves: [off], pending: 'forget' })
  t.deepEqual(moved, ['off…', 'off'])
  t.is(relay.timer, undefined)
})

test('a relay moves back after its time, and says so until then', async t => {
  const { relay, moved, clock, settled } = slowRelay()
  await relay.obey({ moves: [off, onLater], pending: 'forget' })
  clock.pass(4999)
  await settled()
  t.deepEqual(moved, ['off…', 'off'])
  t.is(relay.timer?.duration, 5)
  clock.pass(1)
  await settled()
  t.deepEqual(moved, ['off…', 'off', 'on…', 'on'])
  t.is(relay.timer, undefined)
})

test('the next command of a Shelly ends its timer', async t => {
  const { relay, moved, clock, settled } = slowRelay()
  await relay.obey({ moves: [off, onLater], pending: 'forget' })
  await relay.obey({ moves: [off], pending: 'forget' })
  t.is(relay.timer, undefined)
  clock.pass(10_000)
  await settled()
  t.deepEqual(moved, ['off…', 'off', 'off…', 'off'])
})

test('the next command of a Tasmota does not end its backlog', async t => {
  const { relay, moved, clock, settled } = slowRelay()
  await relay.obey({ moves: [off, onLater], pending: 'keep' })
  await relay.obey({ moves: [off], pending: 'keep' })
  clock.pass(10_000)
  await settled()
  t.deepEqual(moved, ['off…', 'off', 'off…', 'off', 'on…', 'on'])
})

test('what is still to come can be forgotten without a movement', async t => {
  const { relay, moved, clock, settled } = slowRelay()
  await relay.obey({ moves: [off, onLater], pending: 'keep' })
  await relay.obey({ moves: [], pending: 'forget' })
  clock.pass(10_000)
  await settled()
  t.deepEqual(moved, ['off…', 'off'])
})
