import test from 'ava'
import { confirmationObstacle, type Traces } from '../../../roles/fence/confirm.js'
import { movesSince } from '../../../roles/fence/moves.js'
import { deviceSentence } from '../../../roles/fence/plan.js'
import { quorumLossWithout } from '../../../roles/fence/quorum-loss.js'
import { newFencingOf } from '../../../runner/cluster/pacemaker/fencing-history.js'
import type { FencingEvent } from '../../../runner/cluster/pacemaker/crm-mon.js'
import { stateOf, type ShortState } from '../verify/state.js'

const stateWith = (more: Partial<ShortState>, unclean: string[] = []) => {
  const state = stateOf({ resources: {}, fencing: [], ...more })
  return { ...state, nodes: state.nodes.map(node => ({ ...node, unclean: unclean.includes(node.name) })) }
}
const lost = { state: stateWith({ offline: ['node2'] }, ['node2']), hasJoined: false }
const traces: Traces = { node: 'node2', isReachable: false, views: [lost], answered: [] }

/** What may show that node2 is not off, and why it is not confirmed then. */
const obstacles: [title: string, traces: Traces, obstacle: string | undefined][] = [
  ['a lost node of which nothing is heard', traces, undefined],
  ['it answers over ssh', { ...traces, isReachable: true }, 'node2 answers over ssh, so it is not off'],
  ['no other node answers', { ...traces, views: [] }, 'pacemaker answers on no other node than node2'],
  [
    'Pacemaker has it online',
    { ...traces, views: [lost, { state: stateWith({}), hasJoined: false }] },
    'node2 is a member of the cluster, so it is not off',
  ],
  [
    'Corosync has it in the ring',
    { ...traces, views: [{ ...lost, hasJoined: true }] },
    'node2 is a member of the cluster, so it is not off',
  ],
  [
    'its address answers',
    { ...traces, answered: ['192.168.0.2', '192.168.0.10'] },
    'a machine answers for 192.168.0.2 and 192.168.0.10: node2 may still run',
  ],
  [
    'the cluster does not wait for it',
    { ...traces, views: [{ state: stateWith({ offline: ['node2'] }), hasJoined: false }] },
    'the cluster does not wait for node2: it is offline, and was not lost',
  ],
  [
    'the cluster does not know it',
    { ...traces, views: [{ state: stateWith({ nodes: ['node1'] }), hasJoined: false }] },
    'the cluster does not wait for node2: it is no node of it',
  ],
]

for (const [title, given, obstacle] of obstacles)
  test(`a node is confirmed as off only if nothing is heard of it: ${title}`, t =>
    t.is(confirmationObstacle(given), obstacle))

test('the plan of a fencing names the devices, their levels, and the nodes that use them', t => {
  const lists = (...each: [string, string[]][]) =>
    each.map(([name, ids]): [{ name: string }, string[]] => [{ name }, ids])
  const none = { levels: new Map<string, string[][]>() }
  const levels = {
    levels: new Map([['node2', [['ipmi2'], ['pdu2a', 'pdu2b']]]]),
  }
  t.is(deviceSentence('node2', 'reboot', lists(['node1', ['plug2']]), none), 'node2 is rebooted by plug2 from node1')
  t.is(
    deviceSentence('node2', 'off', lists(['node1', ['plug2']], ['node3', ['plug2', 'ipmi2']]), none),
    'node2 is switched off by plug2 from node1 or node3, or by ipmi2 from node3',
  )
  t.is(
    deviceSentence('node2', 'reboot', lists(['node1', ['ipmi2', 'pdu2a', 'pdu2b']]), levels),
    'node2 is rebooted by ipmi2 from node1, else by pdu2a from node1 and pdu2b from node1',
  )
  t.is(
    deviceSentence('node2', 'reboot', lists(['node1', ['ipmi2', 'pdu2a']]), levels),
    'node2 is rebooted by ipmi2 from node1',
  )
  t.is(deviceSentence('node2', 'reboot', lists(['node1', ['pdu2a']]), levels), undefined)
  t.is(deviceSentence('node2', 'reboot', lists(['node1', []]), none), undefined)
})

test('the quorum of the other nodes once a node is gone', t => {
  const votes = (total: number, quorum: number) => ({
    quorate: true,
    nodes: total,
    nodeId: 1,
    ringId: '1.9',
    flags: [],
    votes: { total, expected: 3, quorum },
    members: [1, 2, 3].map(nodeId => ({ nodeId, votes: 1, name: `node${nodeId}`, self: nodeId === 1 })),
  })
  t.is(quorumLossWithout(votes(3, 2), 2), undefined)
  t.is(quorumLossWithout(votes(2, 2), 2), 'the other nodes would have 1 of 3 votes, and the quorum is 2')
  t.is(quorumLossWithout(votes(2, 2), 9), undefined, 'a node that has left already takes no vote along')
  t.is(quorumLossWithout(votes(2, 1), 2), undefined, 'two_node')
  t.is(quorumLossWithout({ ...votes(1, 2), quorate: false }, 2), 'the other nodes have no quorum')
})

test('where resources run that did not run there before', t => {
  const before = stateWith({
    resources: { FloatIP: ['node2'], WebSite: ['node1', 'node2'], Data: ['node2'], plug1: ['node2'] },
    flags: { plug1: { agent: 'stonith:fence_plug' } },
  })
  const after = stateWith({ resources: { FloatIP: ['node1'], WebSite: ['node1'], Data: [], plug1: [] } })
  t.deepEqual(movesSince(before, after), ['FloatIP now runs on node1', 'Data runs nowhere'])
  t.deepEqual(movesSince(after, after), [])
})

test('a new fencing is one that has ended and was not known before', t => {
  const event = (at: string, more: Partial<FencingEvent> = {}): FencingEvent => ({
    action: 'reboot',
    target: 'node2',
    status: 'success',
    client: 'stonith_admin.1',
    origin: 'node1',
    at,
    ...more,
  })
  const old = event('12:00')
  t.is(newFencingOf('node2', [old], [old]), undefined)
  t.is(newFencingOf('node2', [old], [event('12:01', { status: 'pending' }), old]), undefined)
  t.is(newFencingOf('node2', [old], [event('12:01', { target: 'node1' }), old]), undefined)
  t.is(newFencingOf('node2', [old], [event('12:01', { status: 'failed' }), old])?.status, 'failed')
})
