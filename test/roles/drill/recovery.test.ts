import test from 'ava'
import { pendingRecovery, type RecoveryView } from '../../../roles/drill/recovery.js'
import type { Recovery } from '../../../roles/drill/faults/fault.js'
import { stateOf } from '../verify/state.js'

const before = stateOf({ resources: { FloatIP: ['node1'], WebSite: ['node1'] } })
const ring = { ringId: '1.9', nodes: 2 }
const alone = { ringId: '2.d', nodes: 1 }
const moved = { FloatIP: ['node2'], WebSite: ['node2'] }
const initial: RecoveryView = {
  state: before,
  before,
  rings: [ring, ring],
  floatingIpNode: 'node1',
  node: 'node1',
  elapsedMs: 1000,
  hasFailed: false,
  isWell: true,
}

const pending = test.macro({
  exec: (t, recovery: Recovery, view: Partial<RecoveryView>, expected: string | undefined) => {
    t.is(pendingRecovery(recovery, { ...initial, ...view }), expected)
  },
  title: (name = '', recovery: Recovery) => `recovery ${recovery}: ${name}`,
})

test('nothing has happened yet', pending, 'elsewhere', {}, 'not noticed yet')
test(
  'requests fail first',
  pending,
  'elsewhere',
  { hasFailed: true, isWell: false },
  'the floating IP is still on node1',
)
test(
  'Corosync has noticed, Pacemaker has not',
  pending,
  'elsewhere',
  { rings: [ring, alone] },
  'the floating IP is still on node1',
)
test(
  'no resource has started',
  pending,
  'elsewhere',
  {
    rings: [ring, alone],
    floatingIpNode: undefined,
    state: stateOf({ offline: ['node1'], resources: { FloatIP: [], WebSite: [] } }),
  },
  'FloatIP, WebSite not started',
)
test(
  'one resource has not started',
  pending,
  'elsewhere',
  { floatingIpNode: 'node2', state: stateOf({ standby: ['node1'], resources: { FloatIP: ['node2'], WebSite: [] } }) },
  'WebSite not started',
)
test(
  'all resources run, the page does not answer',
  pending,
  'elsewhere',
  { floatingIpNode: 'node2', state: stateOf({ standby: ['node1'], resources: moved }), isWell: false },
  'the page does not answer well',
)
test(
  'complete',
  pending,
  'elsewhere',
  { floatingIpNode: 'node2', state: stateOf({ standby: ['node1'], resources: moved }) },
  undefined,
)
test('a node without the address: nothing has happened yet', pending, 'elsewhere', { node: 'node2' }, 'not noticed yet')
test(
  'a node without the address: it has left',
  pending,
  'elsewhere',
  { node: 'node2', rings: [ring, alone] },
  undefined,
)
test(
  'a clone has one instance less without the node',
  pending,
  'elsewhere',
  {
    before: stateOf({ resources: { 'WebSite-clone/WebSite': ['node1', 'node2'], FloatIP: ['node1'] } }),
    floatingIpNode: 'node2',
    state: stateOf({ standby: ['node1'], resources: { 'WebSite-clone/WebSite': ['node2'], FloatIP: ['node2'] } }),
  },
  undefined,
)
test('no node answers', pending, 'elsewhere', { state: undefined }, 'pacemaker does not answer')

test('nothing has happened yet', pending, 'anywhere', {}, 'not noticed yet')
test('nothing has happened for a minute', pending, 'anywhere', { elapsedMs: 60_000 }, 'not noticed yet')
test(
  'Pacemaker still has the node online',
  pending,
  'anywhere',
  { elapsedMs: 9000, rings: [ring, alone] },
  'not noticed yet',
)
test(
  'moved to another node',
  pending,
  'anywhere',
  { rings: [ring, alone], floatingIpNode: 'node2', state: stateOf({ offline: ['node1'], resources: moved }) },
  undefined,
)
test(
  'the node is back at once: too early to tell',
  pending,
  'anywhere',
  { rings: [ring, { ...ring, ringId: '1.11' }] },
  'not noticed yet',
)
test(
  'the node is back at once',
  pending,
  'anywhere',
  { elapsedMs: 9000, rings: [ring, { ...ring, ringId: '1.11' }] },
  undefined,
)
test('started again on the same node', pending, 'anywhere', { elapsedMs: 9000, hasFailed: true }, undefined)
test(
  'requests still fail',
  pending,
  'anywhere',
  { elapsedMs: 9000, hasFailed: true, isWell: false },
  'the page does not answer well',
)

test('too early to tell', pending, 'unnoticed', {}, 'not noticed yet')
test('no effect', pending, 'unnoticed', { elapsedMs: 9000 }, undefined)
