import test from 'ava'
import { cableVerdict, linkNetwork } from '../../../../roles/verify/fencing/cables.js'
import { delayVerdict } from '../../../../roles/verify/fencing/delays.js'
import { historyVerdict } from '../../../../roles/verify/fencing/history.js'
import type { ConfiguredDevice } from '../../../../runner/cluster/cib/fencing-devices.js'
import type { FencingEvent } from '../../../../runner/cluster/pacemaker/crm-mon.js'
import { clusterOf } from '../../corosync/cluster.js'

const device = (id: string, more: Partial<ConfiguredDevice> = {}): ConfiguredDevice => ({
  id,
  agent: 'fence_plug',
  isMonitored: true,
  monitors: new Map(),
  delays: new Map(),
  randomDelayMs: 0,
  ...more,
})
const plugs = (one: Partial<ConfiguredDevice> = {}) => [device('plug1', one), device('plug2')]
const byNode = new Map([
  ['node1', ['plug1']],
  ['node2', ['plug2']],
])
const pdu = new Map([
  ['node1', ['pdu']],
  ['node2', ['pdu']],
])

/** What two nodes have, and the verdict on who fences first. */
const delays: [title: string, Parameters<typeof delayVerdict>, verdict: object][] = [
  [
    'nothing delays either',
    [{ devices: plugs(), priorityDelayMs: 0 }, byNode, ['2Node', 'Quorate']],
    {
      status: 'warning',
      evidence: 'neither node has to wait: if they lose each other, each can fence the other at the same moment',
    },
  ],
  [
    'the priority decides',
    [{ devices: plugs(), priorityDelayMs: 5000 }, byNode, ['2Node']],
    { status: 'ok', evidence: 'the node with the highest priority is fenced 5 s later' },
  ],
  [
    'one device waits',
    [{ devices: plugs({ delays: new Map([['*', 2000]]) }), priorityDelayMs: 0 }, byNode, ['2Node']],
    { status: 'ok', evidence: 'node1 is fenced 2 s later' },
  ],
  [
    'both wait for the same time',
    [
      {
        devices: plugs({ delays: new Map([['*', 2000]]) }).map(each => ({ ...each, delays: new Map([['*', 2000]]) })),
        priorityDelayMs: 0,
      },
      byNode,
      ['2Node'],
    ],
    { status: 'warning' },
  ],
  [
    'one device waits longer for one node',
    [{ devices: [device('pdu', { delays: new Map([['node2', 3000]]) })], priorityDelayMs: 0 }, pdu, ['2Node']],
    { status: 'ok', evidence: 'node2 is fenced 3 s later' },
  ],
  [
    'a random delay',
    [{ devices: plugs({ randomDelayMs: 15_000 }), priorityDelayMs: 0 }, byNode, ['2Node']],
    { status: 'ok', evidence: 'plug1 waits for up to 15 s at random' },
  ],
  [
    'an arbiter decides',
    [{ devices: plugs(), priorityDelayMs: 0 }, byNode, ['Quorate', 'Qdevice']],
    { status: 'ok', evidence: 'only one of two separated nodes can be quorate' },
  ],
]

for (const [title, given, verdict] of delays)
  test(`one of two nodes fences first: ${title}`, t => t.like(delayVerdict(...given), verdict))

const fencing = (target: string, status: FencingEvent['status'], more: Partial<FencingEvent> = {}): FencingEvent => ({
  action: 'reboot',
  target,
  status,
  by: 'node1',
  client: 'pacemaker-controld.5',
  origin: 'node1',
  ...more,
})

test('the last fencing: of each node the last one that has ended counts', t => {
  t.like(historyVerdict([]), { status: 'ok', evidence: 'none is remembered' })
  t.like(historyVerdict([fencing('node2', 'success', { at: '12:00' })]), {
    status: 'ok',
    evidence: 'reboot of node2 by node1 succeeded at 12:00',
  })
  t.like(historyVerdict([fencing('node2', 'pending'), fencing('node2', 'failed', { reason: 'no answer' })]), {
    status: 'failed',
    evidence: 'reboot of node2 by node1 failed (no answer)',
  })
  t.like(historyVerdict([fencing('node3', 'success'), fencing('node2', 'failed')]), { status: 'failed' })
  t.like(historyVerdict([fencing('node2', 'success'), fencing('node2', 'failed')]), {
    status: 'warning',
    evidence: 'reboot of node2 by node1 succeeded; before that, reboot of node2 by node1 failed',
  })
})

test('ring and fencing on one cable, as far as the addresses show', t => {
  const ring = { address: '192.168.0.1', prefix: 24 }
  const single = 'the ring has a single link: if it fails, a node is fenced although both work'
  const inRing = { id: 'plug1', address: '192.168.0.201' }
  const elsewhere = { id: 'plug2', address: '10.0.0.2' }
  const evidence = (...given: Parameters<typeof cableVerdict>) => {
    const { status, evidence: text } = cableVerdict(...given)
    return `${status}: ${text}`
  }
  t.is(
    evidence([ring], [inRing, elsewhere]),
    `warning: ${single}; plug1 is in the same network as the ring: one cable or switch may carry both`,
  )
  t.is(evidence([ring], [elsewhere, { id: 'ipmi' }, { id: 'pdu', address: 'pdu.example' }]), `warning: ${single}`)
  t.is(evidence([ring, { address: '10.1.0.1' }], [inRing]), 'ok: 2 links')
  t.is(evidence([{ address: '192.168.0.1' }], [inRing]), `warning: ${single}`)
  const cluster = clusterOf({ fencing: 'kept' })
  t.deepEqual(linkNetwork('192.168.0.1', cluster), ring)
  t.deepEqual(linkNetwork('10.1.0.1', cluster), { address: '10.1.0.1' })
})
