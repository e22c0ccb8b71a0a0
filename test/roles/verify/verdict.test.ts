import test from 'ava'
import { noFailedActions } from '../../../roles/verify/failures.js'
import { linksConnected } from '../../../roles/verify/links.js'
import { everyNodeJoined, oneRing, quorate } from '../../../roles/verify/membership.js'
import { fencingEnabled } from '../../../roles/verify/fencing/enabled.js'
import { everyNodeOnline, oneDc } from '../../../roles/verify/pacemaker.js'
import { advisory, readViews, verdict } from '../../../roles/verify/verdict.js'
import type { Quorum } from '../../../runner/cluster/corosync/quorumtool.js'
import type { ClusterMember } from '../../../runner/cluster/members.js'
import { clusterOf, scopeOf } from '../corosync/cluster.js'
import { stateOf, type ShortState } from './state.js'

const scopeOfStates = (one: ShortState | undefined, other?: ShortState) =>
  scopeOf({ node1: { crm_mon: one && stateOf(one) }, node2: { crm_mon: other && stateOf(other) } })
const fine: ShortState = { resources: {} }

test('every selected node is asked; an unreachable one and one that does not answer are violations', async t => {
  const scope = scopeOf({ node1: { f: 1 }, node2: { f: undefined }, node3: undefined, node4: { f: 4 } }, [
    'node1',
    'node2',
    'node3',
  ])
  const fact = { family: { name: 'f', script: () => '', parse: () => [] }, argument: '' }
  t.deepEqual(await readViews<number>(scope, fact, 'does not answer', (view, { name }) => [`${name} has ${view}`]), {
    views: [1],
    viewsByNode: [['node1', 1]],
    violations: ['node1: node1 has 1', 'node2: does not answer', 'node3 is unreachable: its view is missing'],
  })
})

test('ok without violations, or else failed with all of them', t => {
  t.deepEqual(verdict([], 'fine', 'h'), { status: 'ok', evidence: 'fine', hint: 'h', headlines: [] })
  t.deepEqual(verdict(['a', 'b'], 'fine', 'h'), { status: 'failed', evidence: 'a; b', hint: 'h', headlines: [] })
})

test('one DC', async t => {
  t.like(await oneDc(scopeOfStates(fine, fine)), { status: 'ok', evidence: 'node1' })
  t.like(await oneDc(scopeOfStates(fine, { ...fine, dc: 'node2' })), {
    status: 'failed',
    evidence: 'the DC is node1 on node1 and node2 on node2',
  })
  t.like(await oneDc(scopeOfStates(fine, { ...fine, dc: null })), { status: 'failed', evidence: 'node2: no DC' })
  t.like(await oneDc(scopeOfStates(fine, { ...fine, quorate: false })), {
    status: 'failed',
    evidence: 'node2: the partition of DC node1 has no quorum',
  })
  t.like(await oneDc(scopeOfStates(fine, undefined)), {
    status: 'failed',
    evidence: 'node2: pacemaker does not answer',
  })
})

test('all nodes online, in every view', async t => {
  const online = everyNodeOnline(clusterOf())
  t.like(await online(scopeOfStates(fine, fine)), { status: 'ok', evidence: 'node1, node2' })
  t.like(await online(scopeOfStates(fine, { ...fine, offline: ['node1'] })), {
    status: 'failed',
    evidence: 'node2: node1 is offline',
  })
  t.like(await online(scopeOfStates({ ...fine, nodes: ['node1'] }, fine)), {
    status: 'failed',
    evidence: 'node1: node2 is not in the cluster',
  })
})

test('failed actions are reported with their reasons', async t => {
  t.like(await noFailedActions(scopeOfStates(fine)), { status: 'ok' })
  t.like(
    await noFailedActions(
      scopeOfStates({
        ...fine,
        failures: [
          ['a_start_0', 'node1', 'error', 'why'],
          ['b_stop_0', 'node2', 'timeout', ''],
        ],
      }),
    ),
    {
      status: 'failed',
      evidence: 'a_start_0 on node1: error: why; b_stop_0 on node2: timeout',
    },
  )
})

test('a warning as long as fencing is disabled', async t => {
  t.like(await fencingEnabled(clusterOf())(scopeOf({ node1: { crm_mon: undefined } })), {
    status: 'warning',
    evidence: 'fencing: disabled',
  })
})

test('the warning says that both nodes stay quorate, unless an arbiter decides', async t => {
  const cluster = clusterOf()
  const scope = scopeOf({ node1: { crm_mon: undefined } })
  t.regex((await fencingEnabled(cluster)(scope)).hint ?? '', /both stay quorate/)
  const quorumDevice = { arbiter: { ...cluster.nodes[0]!, name: 'arbiter' }, votes: 1, algorithm: 'ffsplit' as const }
  t.notRegex((await fencingEnabled({ ...cluster, quorumDevice })(scope)).hint ?? '', /quorate/)
})

const quorumOf = (more: Partial<Quorum>) => ({
  quorate: true,
  ringId: '1.5',
  votes: { total: 2, expected: 2 },
  ...more,
})

const scopeOfQuorum = (one: object | undefined, other: object | undefined) =>
  scopeOf({ node1: { 'corosync-quorumtool -s': one }, node2: { 'corosync-quorumtool -s': other } })

test('one ring', async t => {
  t.like(await oneRing(scopeOfQuorum(quorumOf({}), quorumOf({}))), { status: 'ok', evidence: 'ring 1.5' })
  t.like(await oneRing(scopeOfQuorum(quorumOf({}), quorumOf({ ringId: '2.9' }))), {
    status: 'failed',
    evidence: 'ring 1.5 on node1 and 2.9 on node2',
  })
  t.like(
    await oneRing(scopeOfQuorum(quorumOf({}), undefined)),
    { status: 'ok' },
    'that node2 is silent is said elsewhere',
  )
  t.like(await oneRing(scopeOfQuorum(undefined, undefined)), {
    status: 'failed',
    evidence: 'node1: corosync does not answer; node2: corosync does not answer',
  })
})

test('quorum', async t => {
  const judge = async (one: object | undefined, other: object | undefined) => quorate(scopeOfQuorum(one, other))
  t.like(await judge(quorumOf({}), quorumOf({})), {
    status: 'ok',
    evidence: '2 of 2 votes',
    headlines: [{ label: 'quorum', text: 'yes, 2 of 2 votes, ring 1.5' }],
  })
  t.like(await judge(quorumOf({ quorate: false }), undefined), {
    status: 'failed',
    evidence: 'node1: no quorum: 2 of 2 votes; node2: corosync does not answer',
  })
})

test('exactly the declared nodes have joined', async t => {
  const keys = (members: [ip: string, status: string][]) =>
    new Map(
      members.flatMap(([ip, status], at) => [
        [`runtime.members.${at + 1}.ip`, { value: `r(0) ip(${ip}) ` }],
        [`runtime.members.${at + 1}.status`, { value: status }],
        [`nodelist.node.${at}.name`, { value: `node${at + 1}` }],
        [`nodelist.node.${at}.nodeid`, { value: String(at + 1) }],
      ]),
    )
  const judge = async (members: [string, string][]) =>
    everyNodeJoined(clusterOf())(scopeOf({ node1: { 'corosync-cmapctl': keys(members) } }))
  t.like(
    await judge([
      ['192.168.0.1', 'joined'],
      ['192.168.0.2', 'joined'],
    ]),
    { status: 'ok', headlines: [{ label: 'members', text: 'node1, node2' }] },
  )
  t.like(
    await judge([
      ['192.168.0.1', 'joined'],
      ['192.168.0.2', 'left'],
    ]),
    { status: 'failed', evidence: 'node1: node2 (192.168.0.2) has not joined' },
  )
  t.like(
    await judge([
      ['192.168.0.1', 'joined'],
      ['192.168.0.2', 'joined'],
      ['192.168.0.9', 'joined'],
    ]),
    { evidence: 'node1: node 3 (192.168.0.9) has joined and is not declared' },
  )
  t.like(
    await judge([
      ['192.168.0.7', 'joined'],
      ['192.168.0.2', 'joined'],
    ]),
    { status: 'ok' },
    'addresses there are as old as the joining',
  )
})

test('links at the declared addresses, all connected', async t => {
  const cluster = clusterOf()
  const judge = async (links: object[]) => {
    const scope = scopeOf({ node1: { 'corosync-cfgtool -s': links, 'corosync-cmapctl': undefined } })
    for (const member of scope.members) (member as { node: ClusterMember['node'] }).node = cluster.nodes[0]!
    return linksConnected(cluster)(scope)
  }
  const link = { link: 0, address: '192.168.0.1', faulty: false, peers: [{ nodeId: 2, connected: true }] }
  t.like(await judge([link]), { status: 'ok' })
  t.like(await judge([]), { status: 'failed', evidence: 'node1: link 0 is missing' })
  t.like(await judge([{ ...link, address: '127.0.0.1' }]), {
    evidence: 'node1: link 0 has the address 127.0.0.1, not 192.168.0.1',
  })
  t.like(await judge([{ ...link, faulty: true, peers: [{ nodeId: 2, connected: false }] }]), {
    evidence: 'node1: link 0 is faulty; node1: link 0 to node 2 is disconnected',
  })
})

test('a view that is a list stays one view', async t => {
  const fact = { family: { name: 'f', script: () => '', parse: () => [] }, argument: '' }
  const { views } = await readViews<number[]>(scopeOf({ node1: { f: [1, 2] }, node2: { f: [] } }), fact, '', () => [])
  t.deepEqual(views, [[1, 2], []])
})

test('of many remarks, as of hundreds of resources with one cause, the first ones and the number of the others', t => {
  const remarks = (count: number) => Array.from({ length: count }, (_, at) => `r${at} is stopped`)
  t.is(advisory(remarks(20), '', '').evidence, remarks(20).join('; '))
  t.is(advisory(remarks(1000), '', '').evidence, `${remarks(19).join('; ')}; and 981 more`)
})
