import test from 'ava'
import { forecastRolling } from '../../../runner/cluster/rollout/forecast.js'
import type { Quorum } from '../../../runner/cluster/corosync/quorumtool.js'
import { quorumOf } from '../../../runner/cluster/rollout/quorum-effect.js'
import { rollingObstacle, type RollingView } from '../../../runner/cluster/rollout/rolling-refusal.js'
import { missing } from '../../../runner/cluster/rollout/pacemaker-state.js'
import { rollingOrder } from '../../../runner/cluster/rollout/rolling.js'
import { stateOf, type ShortState } from '../../roles/verify/state.js'

const three = ['node1', 'node2', 'node3']
const serving: ShortState = { nodes: three, resources: { FloatIP: ['node1'], WebSite: ['node1'] } }
const device = { agent: 'stonith:fence_plug' }
/** node1 monitors the plug of node2, and the other way round. */
const fenced: ShortState = {
  resources: { FloatIP: ['node1'], plug1: ['node2'], plug2: ['node1'] },
  flags: { plug1: device, plug2: device },
}

function quorumWith(votes: number[], needed: number): Quorum {
  const members = votes.map((count, at) => ({ nodeId: at + 1, votes: count, name: `node${at + 1}`, self: at === 0 }))
  const total = votes.reduce((sum, count) => sum + count, 0)
  return {
    quorate: true,
    nodes: votes.length,
    nodeId: 1,
    ringId: '1.c',
    votes: { expected: total, total, quorum: needed },
    flags: ['Quorate'],
    members,
  }
}

const fine: RollingView = {
  nodes: three,
  state: stateOf(serving),
  quorum: quorumWith([1, 1, 1], 2),
  drained: [],
  newQuorum: 2,
  ids: new Map(three.map((name, at) => [name, at + 1])),
  wouldStop: {},
}

const obstacle = test.macro({
  exec: (t, view: Partial<RollingView>, expected: string | undefined) => {
    t.is(rollingObstacle({ ...fine, ...view }), expected)
  },
  title: (name = '') => `one node at a time: ${name}`,
})

test('three healthy nodes', obstacle, {}, undefined)
test(
  'two nodes with two_node, each a quorum',
  obstacle,
  {
    nodes: ['node1', 'node2'],
    state: stateOf({ resources: { WebSite: ['node1'] } }),
    quorum: quorumWith([1, 1], 1),
    newQuorum: 1,
  },
  undefined,
)
test(
  'two nodes without two_node',
  obstacle,
  { nodes: ['node1', 'node2'], quorum: quorumWith([1, 1], 2) },
  'without node1, 1 of 2 votes are left, and the quorum is 2',
)
test(
  'a change that removes two_node',
  obstacle,
  { nodes: ['node1', 'node2'], quorum: quorumWith([1, 1], 1), newQuorum: 2 },
  'without node1, 1 of 2 votes are left, and the quorum is 2',
)
test(
  'a node with more votes than the rest',
  obstacle,
  { quorum: quorumWith([1, 3, 1], 3) },
  'without node2, 2 of 5 votes are left, and the quorum is 3',
)
test(
  'a member is missing already',
  obstacle,
  { quorum: { ...quorumWith([1, 1], 2), votes: { expected: 3, total: 2, quorum: 2 } } },
  'without node1, 1 of 3 votes are left, and the quorum is 2',
)
test(
  'maintenance mode',
  obstacle,
  { state: stateOf({ ...serving, maintenance: true }) },
  'the cluster is in maintenance mode, in which Pacemaker moves nothing',
)
test(
  'the others cannot take over',
  obstacle,
  { state: stateOf({ ...serving, standby: ['node2'], offline: ['node3'] }) },
  'FloatIP, WebSite on node1 could run nowhere else: node2 is in standby, node3 is offline',
)
test('one of the others can take over', obstacle, { state: stateOf({ ...serving, standby: ['node2'] }) }, undefined)
test(
  'a standby of an interrupted run does not count',
  obstacle,
  { state: stateOf({ ...serving, standby: ['node2', 'node3'] }), drained: ['node3'] },
  undefined,
)
test(
  'no resource runs',
  obstacle,
  { state: stateOf({ nodes: three, resources: {}, standby: ['node2', 'node3'] }) },
  undefined,
)
test(
  'Pacemaker may not stop a resource',
  obstacle,
  { state: stateOf({ ...serving, flags: { WebSite: { managed: false } } }) },
  'WebSite runs on node1 and Pacemaker may not stop it',
)
test(
  'a resource that may run on one node only',
  obstacle,
  { state: stateOf(serving), wouldStop: { node1: ['WebSite'] } },
  'WebSite on node1 could run nowhere else: pacemaker would stop it while the node is away',
)
test(
  'a fencing device that no other node may run: it fences the other node',
  obstacle,
  {
    nodes: ['node1', 'node2'],
    state: stateOf(fenced),
    quorum: quorumWith([1, 1], 1),
    newQuorum: 1,
    wouldStop: { node1: ['plug2'], node2: ['plug1'] },
  },
  undefined,
)
test('Pacemaker does not run', obstacle, { state: undefined, quorum: quorumWith([1, 1], 2) }, undefined)

test('nodes without resources restart first', t => {
  t.deepEqual(
    rollingOrder(
      three.map(name => ({ name })),
      stateOf(serving),
    ).map(({ name }) => name),
    ['node2', 'node3', 'node1'],
  )
  t.deepEqual(
    rollingOrder(
      three.map(name => ({ name })),
      undefined,
    ).map(({ name }) => name),
    three,
  )
  t.deepEqual(rollingOrder([{ name: 'node1' }, { name: 'node2' }], stateOf(fenced)), [
    { name: 'node2' },
    { name: 'node1' },
  ])
})

test('while a node is drained, a fencing device that only it may run is not missed', t => {
  const now = stateOf({ resources: { FloatIP: [], plug1: [], plug2: ['node1'] } })
  t.deepEqual(missing(now, stateOf(fenced), true), ['FloatIP'])
  t.deepEqual(missing(now, stateOf(fenced)), ['FloatIP', 'plug1'])
})

test('the forecast has the order of the nodes and what moves', t => {
  t.deepEqual(forecastRolling(['node1', 'node2'], stateOf({ resources: { FloatIP: ['node1'] } })), [
    'first Corosync restarts on node2: nothing runs there',
    'then Corosync restarts on node1: FloatIP moves away before',
  ])
  t.deepEqual(forecastRolling(['node2'], stateOf(fenced)), ['first Corosync restarts on node2: nothing runs there'])
})

test('the quorum is one more than half of the expected votes, or 1 with two_node', t => {
  const conf = (lines: string) => `quorum {\n  provider: corosync_votequorum\n${lines}}\n`
  t.is(quorumOf(conf('  expected_votes: 2\n  two_node: 1\n')), 1)
  t.is(quorumOf(conf('  expected_votes: 2\n')), 2)
  t.is(quorumOf(conf('  expected_votes: 5\n')), 3)
})

test('an instance that was promoted is missing until one is promoted again', t => {
  const before = stateOf({ resources: { 'DB-clone/DB': ['node1*', 'node2'] } })
  const drained = stateOf({ resources: { 'DB-clone/DB': ['node2'] } })
  t.deepEqual(missing(drained, before, true), ['DB (promoted)'])
  t.deepEqual(missing(stateOf({ resources: { 'DB-clone/DB': ['node2*'] } }), before, true), [])
  const both = stateOf({ resources: { 'DB-clone/DB': ['node1*', 'node2*'] } })
  t.deepEqual(missing(before, both, true), [])
  t.deepEqual(missing(before, both), ['DB (promoted)'])
})
