import test from 'ava'
import { askingNodes } from '../../../roles/fencing/answers.js'
import { faultIn } from '../../../roles/fencing/ask.js'
import type { FencingDevice } from '../../../runner/cluster/declaration/declaration.js'
import type { Question } from '../../../runner/cluster/fencing/agent-input.js'

const monitor: Question = { action: 'monitor' }
const status: Question = { action: 'status', node: 'node1' }

test('an answer is good if the agent exits with 0', t => {
  t.is(faultIn(monitor, { exitCode: 0, output: 'a warning' }), undefined)
})

test('a plug that is off while its node runs belongs to another machine', t => {
  t.is(
    faultIn(status, { exitCode: 2, output: 'Status: OFF' }),
    'the plug is off, although node1 runs: it is the plug of another machine',
  )
  t.is(faultIn(monitor, { exitCode: 2, output: '' }), 'exit code 2')
})

test('a device that does not answer is told from one that refuses', t => {
  t.is(faultIn(monitor, { exitCode: 124, output: '' }), 'no answer within 30 s')
  t.is(faultIn(monitor, { exitCode: 137, output: '' }), 'no answer within 30 s')
  t.is(
    faultIn(monitor, {
      exitCode: 1,
      output: '2026-11-29 12:00:00,123 ERROR: Unable to connect/login to fencing device\n\n',
    }),
    'exit code 1: Unable to connect/login to fencing device',
  )
})

test('every node but the fenced one asks; all ask a device that fences several', t => {
  const members = ['node1', 'node2', 'node3'].map(name => ({ name }))
  const asking = (...nodes: string[]) => {
    const device: FencingDevice = {
      id: 'pdu',
      agent: 'fence_test',
      fences: nodes.map(node => ({ node })),
      params: {},
      secrets: {},
    }
    return askingNodes(device, members).map(({ name }) => name)
  }
  t.deepEqual(asking('node2'), ['node1', 'node3'])
  t.deepEqual(asking('node1', 'node2'), ['node1', 'node2', 'node3'])
})
