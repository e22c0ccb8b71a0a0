import test from 'ava'
import { arbiterVotes } from '../../../roles/verify/arbiter.js'
import { scopeOf } from '../corosync/cluster.js'

const assertion = arbiterVotes({
  arbiter: { name: 'arbiter', cluster: 'c', connection: { host: 'arbiter' }, links: ['192.168.0.3'] },
  algorithm: 'ffsplit',
  votes: 1,
})
const status = { clusterName: 'c', host: '192.168.0.3', algorithm: 'ffsplit', isConnected: true }
const fine = { 'corosync-quorumtool -s': { device: { votes: 1 } }, 'corosync-qdevice-tool -s': status }

const judge = async (node2: object) => assertion(scopeOf({ node1: fine, node2: { ...fine, ...node2 } }))

test('the vote counts on every node', async t => {
  t.like(await judge({}), {
    status: 'ok',
    evidence: 'arbiter (192.168.0.3, ffsplit) has 1 vote',
    headlines: [{ label: 'arbiter', text: 'arbiter, 1 vote' }],
  })
})

test('one node without it is enough to fail', async t => {
  const failures: [object, string][] = [
    [{ 'corosync-qdevice-tool -s': undefined }, 'node2: corosync-qdevice does not answer'],
    [
      { 'corosync-qdevice-tool -s': { ...status, isConnected: false } },
      'node2: corosync-qdevice is not connected to 192.168.0.3',
    ],
    [
      { 'corosync-qdevice-tool -s': { ...status, host: '192.168.0.9' } },
      'node2: corosync-qdevice uses ffsplit of 192.168.0.9, not ffsplit of 192.168.0.3',
    ],
    [{ 'corosync-quorumtool -s': { device: { votes: 0 } } }, 'node2: the arbiter has 0 votes, not 1'],
    [{ 'corosync-quorumtool -s': {} }, 'node2: the arbiter has 0 votes, not 1'],
  ]
  for (const [node2, evidence] of failures) t.like(await judge(node2), { status: 'failed', evidence })
})
