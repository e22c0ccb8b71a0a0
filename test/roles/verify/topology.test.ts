import test from 'ava'
import verify from '../../../roles/verify/index.js'
import { topologyOf, withTopology } from '../../../roles/verify/topology.js'
import type { Fact } from '../../../runner/facts/fact.js'
import { answering, clusterOf, scopeOf, type Answers } from '../corosync/cluster.js'
import { stateOf } from './state.js'

const cluster = clusterOf()
const answers = (address: string[]): Answers => ({
  'corosync-cmapctl': new Map(),
  'corosync-cfgtool -s': [],
  'corosync-quorumtool -s': { quorate: true, ringId: '1.9', flags: [], members: [] },
  crm_mon: stateOf({ resources: { FloatIP: ['node1'] } }),
  'ip addr show': address,
})

/** Members that answer from tables, with the declared nodes. */
const membersOf = (answers: Record<string, Answers | undefined>) =>
  cluster.nodes.map(node => Object.assign(answering(node.name, answers[node.name]), { node }))

test('the topology comes from all members, and shows an unreachable one', async t => {
  const topology = await topologyOf(cluster, membersOf({ node1: answers(['eth0']) }))
  t.deepEqual(
    topology.nodes.map(({ name, state, dc }) => [name, state, dc]),
    [
      ['node1', 'online', true],
      ['node2', 'online', false],
    ],
  )
  t.deepEqual(topology.resources, [{ id: 'FloatIP', nodes: ['node1'] }])
  t.deepEqual(topology.floating_ip, { address: '192.168.0.10', nodes: ['node1'] })
})

test('a failed assertion has the topology too', async t => {
  const scope = {
    ...scopeOf({ node1: answers([]) }),
    members: membersOf({ node1: answers(['eth0']), node2: answers([]) }),
  }
  const verdict = await withTopology(cluster, () => Promise.resolve({ status: 'failed', evidence: 'no' }))(scope)
  t.like(verdict, {
    status: 'failed',
    evidence: 'no',
    events: [{ event: 'topology', cluster: cluster.name, topology: { floating_ip: { nodes: ['node1'] } } }],
  })
})

test('verify reports the topology, which reads no further facts', async t => {
  const asked = { topology: new Set<string>(), verify: new Set<string>() }
  const spied = (into: Set<string>) =>
    membersOf({ node1: {}, node2: {} }).map(member =>
      Object.assign(member, {
        read: ({ family }: Fact<unknown>) => {
          into.add(family.name)
          return Promise.reject(new Error('nothing'))
        },
      }),
    )
  await topologyOf(cluster, spied(asked.topology))
  const members = spied(asked.verify)
  const scope = { ...scopeOf({ node1: {} }), members, selected: members, leader: members[0]! }
  for (const task of verify.tasks({ cluster, node: cluster.nodes[0]! })) {
    if (task.scope === 'assertion' && task.name !== 'the floating IP is on one node')
      await task.check(scope).catch(() => {})
  }
  t.deepEqual(
    [...asked.topology].filter(question => !asked.verify.has(question) && question !== 'ip addr show'),
    [],
  )
  t.true(asked.topology.size >= 5)
})
