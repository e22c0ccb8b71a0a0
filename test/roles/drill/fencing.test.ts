import test from 'ava'
import { arbiterIn, fencingInForce, fencingTimes, firstDevice } from '../../../roles/drill/fencing.js'
import type { ConfiguredDevice, FencingConfiguration } from '../../../runner/cluster/cib/fencing-devices.js'
import { stateOf } from '../verify/state.js'

const device = (id: string, more: Partial<ConfiguredDevice> = {}): ConfiguredDevice => ({
  id,
  agent: 'fence_plug',
  address: `192.168.0.20${id.at(-1)}`,
  isMonitored: true,
  monitors: new Map(),
  delays: new Map(),
  randomDelayMs: 0,
  ...more,
})
const fencing = (more: Partial<FencingConfiguration> = {}): FencingConfiguration => ({
  devices: [device('plug1'), device('plug2')],
  action: 'reboot',
  priorityDelayMs: 5000,
  timeoutMs: 60_000,
  levels: new Map(),
  ...more,
})

const cib = (primitives: string) =>
  `<cib><configuration><crm_config/><nodes/><resources>${primitives}</resources><constraints/></configuration><status/></cib>`
const plug = '<primitive id="plug1" class="stonith" type="fence_plug"/>'

test('fencing is in force with a device, and if Pacemaker uses it', t => {
  const enabled = { ...stateOf({ resources: {} }), stonithEnabled: true }
  t.is(fencingInForce(enabled, cib(plug))?.devices[0]?.id, 'plug1')
  t.is(fencingInForce(enabled, cib('')), undefined)
  t.is(fencingInForce(stateOf({ resources: {} }), cib(plug)), undefined)
})

test('how long fencing may take', t => {
  t.deepEqual(fencingTimes(fencing()), { delayMs: 5000, timeoutMs: 60_000, devices: 1 })
  t.deepEqual(
    fencingTimes(
      fencing({
        devices: [device('ipmi1', { randomDelayMs: 7000 }), device('plug1', { delays: new Map([['*', 3000]]) })],
        levels: new Map([['node1', [['ipmi1'], ['pdu1', 'pdu2']]]]),
      }),
    ),
    { delayMs: 12_000, timeoutMs: 60_000, devices: 3 },
  )
})

test('the first device of a node', t => {
  t.deepEqual(firstDevice('node1', fencing(), ['plug1'], []), { id: 'plug1', address: '192.168.0.201' })
  t.deepEqual(firstDevice('node2', fencing(), ['plug2'], []), { id: 'plug2', address: '192.168.0.202' })
  const levels = new Map([['node1', [['plug2'], ['plug1']]]])
  t.deepEqual(firstDevice('node1', fencing({ levels }), ['plug1', 'plug2'], []), {
    id: 'plug2',
    address: '192.168.0.202',
  })
})

test('devices whose packets cannot be dropped', t => {
  t.is(firstDevice('node3', fencing(), [], []), 'no device fences node3')
  const { address: _, ...unreachable } = device('plug1', { agent: 'fence_scsi' })
  t.is(
    firstDevice('node1', fencing({ devices: [unreachable] }), ['plug1'], []),
    'plug1 (fence_scsi) has no address to which packets could be dropped',
  )
  t.is(firstDevice('node1', fencing(), ['plug1'], ['192.168.0.201']), 'plug1 has the address of a node')
})

test("the arbiter's address, from what Corosync runs", t => {
  const entries = (...all: [string, string][]) => new Map(all.map(([name, value]) => [name, { type: 'str', value }]))
  t.deepEqual(arbiterIn(entries(['quorum.device.net.host', '192.168.0.100'])), { host: '192.168.0.100', port: 5403 })
  t.deepEqual(arbiterIn(entries(['quorum.device.net.host', 'arbiter'], ['quorum.device.net.port', '5500'])), {
    host: 'arbiter',
    port: 5500,
  })
  t.is(arbiterIn(entries()), undefined)
  t.is(arbiterIn(undefined), undefined)
})
