import test from 'ava'
import type { FencingDevice } from '../../../runner/cluster/declaration/declaration.js'
import { agentInput, type Question } from '../../../runner/cluster/fencing/agent-input.js'
import type { FenceAgent } from '../../../runner/cluster/fencing/agent-metadata.js'
import { Secret } from '../../../runner/secret.js'

function agentWith(...names: string[]): FenceAgent {
  const parameters = names.map(name => ({
    name,
    isRequired: false,
    type: 'string' as const,
    choices: [],
    formerNames: [],
    isDeprecated: false,
    isSecret: false,
  }))
  return { name: 'fence_test', parameters, actions: [] }
}

const device: FencingDevice = {
  id: 'pdu',
  agent: 'fence_test',
  fences: [{ node: 'node1', plug: '3' }, { node: 'node2' }],
  params: { ip: '192.0.2.1', pcmk_delay_base: '1s' },
  secrets: { password: { value: new Secret(Buffer.from('a=b c')) } },
}
const monitor: Question = { action: 'monitor' }
const statusOf = (node: string): Question => ({ action: 'status', node })

function lines(agent: FenceAgent, question: Question, params: Record<string, string> = {}): string[] {
  const input = agentInput(agent, { ...device, params: { ...device.params, ...params } }, question)
  return input.reveal().toString().split('\n').slice(0, -1)
}

test("a device is asked with its parameters and secrets, without Pacemaker's own parameters", t => {
  t.deepEqual(lines(agentWith('plug'), monitor), ['action=monitor', 'ip=192.0.2.1', 'password=a=b c'])
})

test('the plug of a node comes from the mapping, or is its name', t => {
  t.deepEqual(lines(agentWith('plug'), statusOf('node1')).slice(0, 3), ['action=status', 'nodename=node1', 'plug=3'])
  t.deepEqual(lines(agentWith('plug', 'port'), statusOf('node2')).slice(1, 3), ['nodename=node2', 'port=node2'])
})

test('an agent without plugs learns the name of the node only', t => {
  t.deepEqual(lines(agentWith('ip'), statusOf('node1')).slice(1, 3), ['nodename=node1', 'ip=192.0.2.1'])
  t.deepEqual(lines(agentWith('port'), statusOf('node1'), { pcmk_host_argument: 'none' }).slice(1, 3), [
    'nodename=node1',
    'ip=192.0.2.1',
  ])
})

test('a plug in the parameters is the only one, also for an agent that knows it as port too', t => {
  t.deepEqual(
    lines(agentWith('plug', 'port'), statusOf('node1'), { plug: '7' }).filter(line => /^(plug|port)=/.test(line)),
    ['plug=7'],
  )
})

test('another action can be declared for a question', t => {
  t.is(lines(agentWith('plug'), monitor, { pcmk_monitor_action: 'metadata' })[0], 'action=metadata')
})

test('all of it is a secret', t => {
  t.false(String(agentInput(agentWith('plug'), device, monitor)).includes('a=b c'))
})
