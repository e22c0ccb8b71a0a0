import test from 'ava'
import { pendingRecovery, type RecoveryView } from '../../../roles/drill/recovered.js'
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
  unwell: undefined,
  fencing: { fenced: [], isPending: false, failedForMs: undefined },
  votesUnchanged: [],
}

const pending = test.macro({
  exec: (t, recovery: Recovery, view: Partial<RecoveryView>, expected: string | undefined) => {
    t.is(pendingRecovery(recovery, { ...initial, ...view }), expected)
  },
  title: (name = '', recovery: Recovery) => `recovery ${recovery}: ${name}`,
})

const primary = { FloatIP: ['node1'], 'DB-clone/DB': ['node1*', 'node2'] }

test(
  'an instance runs, and none is promoted',
  pending,
  'elsewhere',
  {
    before: stateOf({ resources: primary }),
    floatingIpNode: 'node2',
    state: stateOf({ standby: ['node1'], resources: { FloatIP: ['node2'], 'DB-clone/DB': ['node2'] } }),
  },
  'DB (promoted) not started',
)
test(
  'another instance is promoted',
  pending,
  'elsewhere',
  {
    before: stateOf({ resources: primary }),
    floatingIpNode: 'node2',
    state: stateOf({ standby: ['node1'], resources: { FloatIP: ['node2'], 'DB-clone/DB': ['node2*'] } }),
  },
  undefined,
)
test('nothing has happened yet', pending, 'elsewhere', {}, 'not noticed yet')
test(
  'requests fail first',
  pending,
  'elsewhere',
  { hasFailed: true, unwell: 'the page' },
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
  { floatingIpNode: 'node2', state: stateOf({ standby: ['node1'], resources: moved }), unwell: 'the page' },
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
  { elapsedMs: 9000, hasFailed: true, unwell: 'the page' },
  'the page does not answer well',
)

test('too early to tell', pending, 'unnoticed', {}, 'not noticed yet')
test('no effect', pending, 'unnoticed', { elapsedMs: 9000 }, undefined)

const isPending = { fenced: [], isPending: true, failedForMs: undefined }
const node1Fenced = { fenced: ['node1'], isPending: false, failedForMs: undefined }
const node2Fenced = { fenced: ['node2'], isPending: false, failedForMs: undefined }
const failedFor = (ms: number) => ({ fenced: [], isPending: true, failedForMs: ms })
const lost = stateOf({ offline: ['node1'], resources: moved })

test('nothing has happened yet', pending, 'fenced', {}, 'not noticed yet')
test('Corosync has noticed', pending, 'fenced', { rings: [ring, alone] }, 'no node has been fenced')
test(
  'the service seems to run elsewhere, but nobody was fenced',
  pending,
  'fenced',
  { rings: [ring, alone], floatingIpNode: 'node2', state: lost },
  'no node has been fenced',
)
test(
  'a fencing is under way',
  pending,
  'fenced',
  { rings: [ring, alone], fencing: isPending },
  'a node is to be fenced',
)
test(
  'the drilled node was fenced, the page does not answer',
  pending,
  'fenced',
  { rings: [ring, alone], floatingIpNode: 'node2', state: lost, fencing: node1Fenced, unwell: 'the page' },
  'the page does not answer well',
)
test(
  'the drilled node was fenced',
  pending,
  'fenced',
  { rings: [ring, alone], floatingIpNode: 'node2', state: lost, fencing: node1Fenced },
  undefined,
)
test(
  'the other node was fenced: the service never left the drilled one',
  pending,
  'fenced',
  {
    rings: [ring, alone],
    state: stateOf({ offline: ['node2'], resources: { FloatIP: ['node1'], WebSite: ['node1'] } }),
    fencing: node2Fenced,
  },
  undefined,
)
test(
  'the node that was fenced is a member again',
  pending,
  'fenced',
  { floatingIpNode: 'node2', state: stateOf({ resources: moved }), fencing: node1Fenced },
  undefined,
)
test(
  'with fencing, a killed daemon is back at once, and the node is still to be fenced',
  pending,
  'anywhere',
  { elapsedMs: 9000, hasFailed: true, fencing: isPending },
  'a node is to be fenced',
)
test(
  'fencing has not failed yet',
  pending,
  'fenced-or-held',
  { rings: [ring, alone], fencing: isPending },
  'a node is to be fenced',
)
test(
  'fencing has just failed',
  pending,
  'fenced-or-held',
  { rings: [ring, alone], fencing: failedFor(500) },
  'whether another node takes over although fencing failed',
)
test(
  'fencing has failed, and for a while no other node has taken over',
  pending,
  'fenced-or-held',
  { rings: [ring, alone], unwell: 'the page', fencing: failedFor(10_000) },
  undefined,
)
test(
  'the first level has failed, the second one has fenced the node',
  pending,
  'fenced-or-held',
  { rings: [ring, alone], floatingIpNode: 'node2', state: lost, fencing: { ...failedFor(9), fenced: ['node1'] } },
  undefined,
)
test(
  'one node still counts the vote',
  pending,
  'vote-lost',
  { votesUnchanged: ['node2'] },
  'the vote of the quorum device still counts on node2',
)
test('the vote is gone, the page answers', pending, 'vote-lost', {}, undefined)
test(
  'the vote is gone, and so is the page',
  pending,
  'vote-lost',
  { unwell: 'the page' },
  'the page does not answer well',
)
