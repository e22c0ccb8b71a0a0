import test from 'ava'
import { answerViolations, floatingIpOnOneNode, oneMachineAnswers } from '../../../roles/verify/floating-ip.js'
import { clusterOf, scopeOf } from '../corosync/cluster.js'

const foreign = '52:54:00:12:34:56'
/** The answers that a node without the address gets, and their violations. */
const cases: [answers: string[], violations: string[]][] = [
  [['node1'], []],
  [[], ['no machine answers (asked from node2)']],
  [['node1', 'node3'], ['node1 and node3 answer (asked from node2)']],
  [['node1', foreign], [`${foreign}, which belongs to no node of the cluster, answers (asked from node2)`]],
  [[foreign], [`${foreign}, which belongs to no node of the cluster, answers (asked from node2)`]],
]

for (const [answers, violations] of cases) {
  test(`answers for the floating IP: ${answers.join(' and ') || 'none'}`, t => {
    t.deepEqual(answerViolations('node2', answers, ['node1', 'node2', 'node3']), violations)
  })
}

/** A node with its hardware address and the answers that it gets; none if it has the address itself. */
const node = (mac: string, macs?: string[]) => ({
  'hardware addresses': new Map([
    ['lo', '00:00:00:00:00:00'],
    ['eth0', mac],
  ]),
  'ip addr show': macs ? [] : ['eth0'],
  'ARP answers for addresses': macs && { interface: 'eth0', macs },
})
const [one, two] = ['02:00:00:00:00:01', '02:00:00:00:00:02']

test('a node without the address asks which nodes answer', async t => {
  const judge = oneMachineAnswers(clusterOf())
  t.like(await judge(scopeOf({ node1: node(one), node2: node(two, [one]) })), {
    status: 'ok',
    evidence: 'only node1 answers',
  })
  t.like(await judge(scopeOf({ node1: node(one, [two]), node2: node(two) })), {
    status: 'ok',
    evidence: 'only node2 answers',
  })
  t.like(await judge(scopeOf({ node1: node(one), node2: undefined })), {
    status: 'ok',
    evidence: 'node1 has it, and no other node could ask',
  })
  t.like(await judge(scopeOf({ node1: node(one), node2: node(two) })), {
    status: 'failed',
    evidence: 'node1 and node2 have it, so both answer',
  })
  t.like(await judge(scopeOf({ node1: node(one), node2: node(two, [one, foreign]) })), {
    status: 'failed',
    fleeting: true,
  })
})

const both = { floating_ips: { FloatIP: '192.168.0.10/24', FloatIP6: 'fd00::10/64' } }

test('each of several addresses is asked for by its own protocol, and a violation names it', async t => {
  const judge = oneMachineAnswers(clusterOf(both))
  const asking = (macs: string[]) => ({ ...node(two, [one]), 'NDP answers for addresses': { interface: 'eth0', macs } })
  const holding = { ...node(one), 'NDP answers for addresses': undefined }
  t.like(await judge(scopeOf({ node1: holding, node2: asking([one]) })), {
    status: 'ok',
    evidence: '192.168.0.10: only node1 answers; fd00::10: only node1 answers',
  })
  const { status, evidence } = await judge(scopeOf({ node1: holding, node2: asking([foreign]) }))
  t.is(status, 'failed')
  t.is(evidence, `fd00::10: ${foreign}, which belongs to no node of the cluster, answers (asked from node2)`)
})

test('each of several addresses is on one node, and the headline shows where', async t => {
  const scope = scopeOf({ node1: { 'ip addr show': ['eth0'] }, node2: { 'ip addr show': [] } })
  t.like(await floatingIpOnOneNode(clusterOf(both))(scope), {
    status: 'ok',
    evidence: '192.168.0.10 on eth0 of node1, fd00::10 on eth0 of node1',
    headlines: [{ label: 'floating IPs', text: '192.168.0.10 on node1, fd00::10 on node1' }],
  })
  const none = scopeOf({ node1: { 'ip addr show': [] }, node2: { 'ip addr show': [] } })
  t.like(await floatingIpOnOneNode(clusterOf(both))(none), {
    status: 'failed',
    evidence: '192.168.0.10 is on no node; fd00::10 is on no node',
  })
})
