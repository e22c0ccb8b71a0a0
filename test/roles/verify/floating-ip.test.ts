import test from 'ava'
import { answerComplaints, oneAnswersForFloatingIp } from '../../../roles/verify/floating-ip.js'
import { clusterOf, scopeOf } from '../corosync/cluster.js'

const foreign = '52:54:00:12:34:56'
/** Who answered a node that has not the address, and what is wrong with that. */
const cases: [answers: string[], complaints: string[]][] = [
  [['node1'], []],
  [[], ['nobody answers, as node2 hears']],
  [['node1', 'node3'], ['node1 and node3 answer, as node2 hears']],
  [['node1', foreign], [`${foreign} answers too, as node2 hears, and is of no node of the cluster`]],
  [[foreign], [`${foreign} answers too, as node2 hears, and is of no node of the cluster`]],
]

for (const [answers, complaints] of cases) {
  test(`a node hears ${answers.join(' and ') || 'nobody'}`, t => {
    t.deepEqual(answerComplaints('node2', answers, ['node1', 'node2', 'node3']), complaints)
  })
}

/** A node by its hardware address, and whom it heard; nobody where it has the address itself. */
const node = (mac: string, macs?: string[]) => ({
  'hardware addresses': new Map([['lo', '00:00:00:00:00:00'], ['eth0', mac]]), 'ip addr show': macs ? [] : ['eth0'], 'who answers for an address': macs && { interface: 'eth0', macs },
})
const [one, two] = ['02:00:00:00:00:01', '02:00:00:00:00:02']

test('a node that has not the address tells who answers, by name', async t => {
  const judge = oneAnswersForFloatingIp(clusterOf())
  t.like(await judge(scopeOf({ node1: node(one), node2: node(two, [one]) })), { status: 'ok', evidence: 'node1 alone answers' })
  t.like(await judge(scopeOf({ node1: node(one, [two]), node2: node(two) })), { status: 'ok', evidence: 'node2 alone answers' })
  t.like(await judge(scopeOf({ node1: node(one), node2: undefined })), { status: 'ok', evidence: 'node1 has it, and no other node could ask' })
  t.like(await judge(scopeOf({ node1: node(one), node2: node(two) })), { status: 'failed', evidence: 'node1 and node2 answer, since they have it' })
  t.like(await judge(scopeOf({ node1: node(one), node2: node(two, [one, foreign]) })), { status: 'failed', fleeting: true })
})
