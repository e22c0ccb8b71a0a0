/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { askDevices, askingNodes } from '../../../roles/fencing/answers.js'
import { faultIn } from '../../../roles/fencing/ask.js'
import type { FencingDevice } from '../../../runner/cluster/declaration/declaration.js'
import type { Scope } from '../../../runner/cluster/members.js'
import { TaskError } from '../../../runner/errors.js'
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

/** node1, which plug1 fences, and node2: each reaches the device or not. */
async function asked(reach: Record<string, boolean>): Promise<string | undefined> {
  const members = Object.entries(reach).map(([name, reaches]) => ({
    name,
    $: () => async () => ({ exitCode: reaches ? 0 : 1, stdout: '', stderr: reaches ? '' : 'no route to host\n' }),
  }))
  const device: FencingDevice = {
    id: 'plug1',
    agent: 'fence_test',
    fences: [{ node: 'node1' }],
    params: {},
    secrets: {},
  }
  const agent = { name: 'fence_test', parameters: [], actions: [] }
  try {
    await askDevices({ members, progress: () => {} } as unknown as Scope, [{ device, agent }])
    return undefined
  } catch (error) {
    return error instanceof TaskError ? error.message : String(error)
  }
}

test('a device must answer the nodes that may run it, and no other', async t => {
  t.is(await asked({ node1: false, node2: true }), undefined)
  t.is(await asked({ node1: false, node2: false }), 'plug1, asked by node2: exit code 1: no route to host')
})

test('a device that only its own victim reaches is told from one that nobody reaches', async t => {
  t.regex(
    (await asked({ node1: true, node2: false })) ?? '',
    /^plug1, asked by node2: .*; only node1, which it fences, reaches it/,
  )
})
