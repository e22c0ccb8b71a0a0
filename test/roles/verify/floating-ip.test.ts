import test from 'ava'
import { answerComplaints, oneAnswersForFloatingIp } from '../../../roles/verify/floating-ip.js'
import { clusterOf, scopeOf } from '../corosync/cluster.js'

const foreign = '52:54:00:12:34:56'
/** Whether the asking node has the address, who answered it, and what is wrong with that. */
const cases: [holds: boolean, answers: string[], complaints: string[]][] = [
  [false, ['node1'], []],
  [true, [], []],
  [false, [], ['nobody answers, as node2 hears']],
  [false, ['node1', 'node3'], ['node1 and node3 answer, as node2 hears']],
  [true, ['node1'], ['node1 answers too, as node2 hears, which has it']],
  [true, [foreign], [`${foreign} answers too, as node2 hears, and is of no node of the cluster`]],
  [false, ['node1', foreign], [`${foreign} answers too, as node2 hears, and is of no node of the cluster`]],
  [false, [foreign], [`${foreign} answers too, as node2 hears, and is of no node of the cluster`]],
]

for (const [holds, answers, complaints] of cases) {
  test(`${holds ? 'the holder' : 'another node'} hears ${answers.join(' and ') || 'nobody'}`, t => {
    t.deepEqual(answerComplaints({ node: 'node2', holds, answers }, ['node1', 'node2', 'node3']), complaints)
  })
}

const node = (mac: string, holds: boolean, macs?: string[]) => ({
  'hardware addresses': new Map([['lo', '00:00:00:00:00:00'], ['eth0', mac]]), 'ip addr show': holds ? ['eth0'] : [], ...macs && { 'who answers for an address': { interface: 'eth0', macs } },
})

test('the leader is not asked where others can be, and who answers is called by its name', async t => {
  const judge = oneAnswersForFloatingIp(clusterOf())
  t.like(await judge(scopeOf({ node1: node('02:00:00:00:00:01', true), node2: node('02:00:00:00:00:02', false, ['02:00:00:00:00:01']) })), { status: 'ok', evidence: 'node1 alone answers' })
  t.like(await judge(scopeOf({ node1: node('02:00:00:00:00:01', false), node2: node('02:00:00:00:00:02', true, []) })), { status: 'ok', evidence: 'nobody but node2, which has it' })
  t.like(await judge(scopeOf({ node1: node('02:00:00:00:00:01', true, []), node2: undefined })), { status: 'ok', evidence: 'nobody but node1, which has it' })
  t.like(await judge(scopeOf({ node1: node('02:00:00:00:00:01', true), node2: node('02:00:00:00:00:02', false, ['02:00:00:00:00:01', foreign]) })), { status: 'failed', fleeting: true })
})
