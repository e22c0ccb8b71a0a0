import test from 'ava'
import { quorumAsDeclared } from '../../../roles/verify/membership.js'
import type { Quorum } from '../../../runner/cluster/corosync/quorumtool.js'
import { clusterOf, scopeOf } from '../corosync/cluster.js'

const state = (flags: string[], expected = 2): Partial<Quorum> => ({
  quorate: true,
  ringId: '1.5',
  votes: { expected, total: 2, quorum: 1 },
  flags: ['Quorate', ...flags],
})

/** The declared quorum section, the output of corosync-quorumtool, and the verdict. */
const cases: [
  title: string,
  declared: object,
  nodes: number,
  seen: Partial<Quorum>,
  status: string,
  evidence: string,
][] = [
  ['two nodes', {}, 2, state(['2Node', 'WaitForAll']), 'ok', '2 votes expected, 2Node, WaitForAll'],
  ['two nodes without their flags', {}, 2, state([]), 'failed', 'node1: 2Node is off; node1: WaitForAll is off'],
  ['two nodes without wait_for_all', { wait_for_all: 0 }, 2, state(['2Node']), 'ok', '2 votes expected, 2Node'],
  [
    'wait_for_all is in force although declared off',
    { wait_for_all: 0 },
    2,
    state(['2Node', 'WaitForAll']),
    'failed',
    'node1: WaitForAll is on',
  ],
  ['three nodes', {}, 3, state([], 3), 'ok', '3 votes expected'],
  [
    'three nodes, and two are expected',
    {},
    3,
    state(['2Node'], 2),
    'failed',
    'node1: 2 votes are expected, not 3; node1: 2Node is on',
  ],
  [
    'last_man_standing',
    { last_man_standing: 1, wait_for_all: 1 },
    3,
    state(['WaitForAll', 'LastManStanding'], 3),
    'ok',
    '3 votes expected, WaitForAll, LastManStanding',
  ],
  [
    'no votes are counted',
    {},
    2,
    { quorate: true, ringId: '1.5', flags: ['Quorate'] },
    'failed',
    'node1: votequorum does not count the votes',
  ],
]

for (const [title, quorum, nodes, seen, status, evidence] of cases) {
  test(`quorum settings are as declared: ${title}`, async t => {
    t.like(
      await quorumAsDeclared(clusterOf({ corosync: { quorum } }, nodes))(
        scopeOf({ node1: { 'corosync-quorumtool -s': seen } }),
      ),
      { status, evidence },
    )
  })
}
