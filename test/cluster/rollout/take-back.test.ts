import test from 'ava'
import { ConnectError, HaRunError, InterruptedError, TaskError } from '../../../runner/errors.js'
import { withLeftovers, type Leftover } from '../../../runner/cluster/rollout/take-back.js'

const standby: Leftover = { text: 'node1 is still in standby (no quorum)', remedy: '`crm node online node1`' }

const explains = test.macro({
  exec: (t, error: HaRunError, leftovers: Leftover[], message: string, hint: string | undefined) => {
    const explained = withLeftovers(error, 'node1 takes part again', leftovers)
    t.true(explained instanceof HaRunError)
    if (!(explained instanceof HaRunError)) return
    t.deepEqual([explained.message, explained.hint], [message, hint])
    t.is(explained.exitCode, error.exitCode)
    t.is(explained.output, error.output)
  },
  title: (name = '') => `a failed restart: ${name}`,
})

test(
  'the node is back',
  explains,
  new ConnectError('node2: the connection was lost', { output: 'Broken pipe' }),
  [],
  'node2: the connection was lost; node1 takes part again',
  undefined,
)
test(
  'interrupted, and something is left',
  explains,
  new InterruptedError('interrupted while waiting for 2 nodes to join'),
  [standby],
  'interrupted while waiting for 2 nodes to join; node1 is still in standby (no quorum)',
  '`crm node online node1`, or `ha-run site` once it can be reached',
)
test(
  'the hint of the error stays',
  explains,
  new TaskError('timed out', { hint: 'see the journal' }),
  [standby],
  'timed out; node1 is still in standby (no quorum)',
  'see the journal; `crm node online node1`, or `ha-run site` once it can be reached',
)

test('a defect stays as it is', t => {
  const defect = new TypeError('x is not a function')
  t.is(withLeftovers(defect, 'node1 takes part again', [standby]), defect)
})
