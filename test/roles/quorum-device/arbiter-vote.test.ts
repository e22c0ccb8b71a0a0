/* oxlint-disable typescript/no-unsafe-type-assertion -- a stand-in has what the code under test reads of it */
import test from 'ava'
import { voteDifferences } from '../../../roles/quorum-device/arbiter-vote.js'
import type { ClusterMember } from '../../../runner/cluster/members.js'
import type { QuorumDevice } from '../../../runner/cluster/declaration/declaration.js'
import type { Quorum } from '../../../runner/cluster/corosync/quorumtool.js'

const device: Pick<QuorumDevice, 'arbiter' | 'algorithm' | 'votes'> = {
  arbiter: { name: 'arbiter', cluster: 'c', connection: { host: 'arbiter' }, links: ['192.168.0.3'] },
  algorithm: 'ffsplit',
  votes: 1,
}
const status = { clusterName: 'c', host: '192.168.0.3', algorithm: 'ffsplit', isConnected: true }
const node = (more: object, votes?: number) => ({
  member: { name: 'node1' } as ClusterMember,
  active: true,
  status,
  quorum: (votes === undefined ? {} : { device: { votes } }) as Quorum,
  ...more,
})

test('the vote counts on a node', t => t.deepEqual(voteDifferences(node({}, 1), device), []))

test('a daemon that is down', t => {
  t.deepEqual(voteDifferences(node({ active: false, status: undefined }), device), [
    { subject: 'corosync-qdevice.service on node1', from: 'inactive', to: 'active' },
  ])
})

test('an arbiter that gives no vote', t => {
  const differs = [{ subject: 'votes of the arbiter on node1', from: '0', to: '1' }]
  t.deepEqual(voteDifferences(node({}, 0), device), differs)
  t.deepEqual(voteDifferences(node({}), device), differs)
})

test('a daemon that has not read the new settings', t => {
  t.deepEqual(voteDifferences(node({ status: { ...status, host: '192.168.0.9' } }, 1), device), [
    {
      subject: 'arbiter that corosync-qdevice uses on node1',
      from: 'ffsplit of 192.168.0.9',
      to: 'ffsplit of 192.168.0.3',
    },
  ])
})
