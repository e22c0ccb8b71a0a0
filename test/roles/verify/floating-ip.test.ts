import test from 'ava'
import { answerViolations, oneMachineAnswers } from '../../../roles/verify/floating-ip.js'
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
