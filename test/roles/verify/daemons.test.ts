import test from 'ava'
import { daemonsWork, unlessCausedBy } from '../../../roles/verify/daemons.js'
import { daemonNames, processesIn } from '../../../runner/cluster/daemons.js'
import type { Verdict } from '../../../runner/tasks/index.js'
import { scopeOf } from '../corosync/cluster.js'

/** A node on which all daemons answer except one. */
const node = (fault?: [daemon: string, state: string], pacemaker = 'active') => ({
  'processes of the daemons': processesIn(
    daemonNames.map((name, at) => `${name} ${at} 600 ${fault?.[0] === name ? fault[1] : 'answers'}`).join('\n'),
  ),
  'state of units corosync.service': { active: 'active' },
  'state of units pacemaker.service': { active: pacemaker },
})
const based: [string, string] = ['pacemaker-based', 'stopped']

test('a daemon that is stopped fails at once, one that hangs after a while', async t => {
  t.like(await daemonsWork(scopeOf({ node1: node(), node2: node() })), { status: 'ok', evidence: '8 on each node' })
  t.like(await daemonsWork(scopeOf({ node1: node(), node2: node(based) })), {
    status: 'failed',
    evidence: 'node2: pacemaker-based (process 2) is stopped by a signal',
    fleeting: false,
  })
  t.like(await daemonsWork(scopeOf({ node1: node(['corosync', 'silent']), node2: undefined })), {
    status: 'failed',
    evidence: 'node1: corosync (process 0) hangs: no answer within 4 s',
    fleeting: true,
  })
})

const failed: Verdict = { status: 'failed', evidence: 'node2 is offline', hint: 'look', headlines: [] }

const cases: [
  title: string,
  nodes: Parameters<typeof scopeOf>[0],
  services: ('corosync' | 'pacemaker')[],
  evidence: string,
][] = [
  ['nothing explains it', { node1: node(), node2: node() }, ['corosync', 'pacemaker'], 'node2 is offline'],
  [
    'a daemon explains it',
    { node1: node(), node2: node(based) },
    ['corosync', 'pacemaker'],
    'because pacemaker-based of node2 is stopped',
  ],
  ['a daemon of another service does not', { node1: node(), node2: node(based) }, ['corosync'], 'node2 is offline'],
  ['a lost node explains it', { node1: node(), node2: undefined }, [], 'because node2 is unreachable'],
  [
    'a stopped unit explains it',
    { node1: node(undefined, 'inactive'), node2: node() },
    ['pacemaker'],
    'because pacemaker of node1 is inactive',
  ],
  [
    'a hung daemon explains it',
    { node1: node(['corosync', 'silent']), node2: node() },
    ['corosync'],
    'because corosync of node1 hangs',
  ],
]

for (const [title, nodes, services, evidence] of cases) {
  test(`an assertion that fails: ${title}`, async t => {
    const result = await unlessCausedBy(services, async () => failed)(scopeOf(nodes))
    t.is(result.evidence, evidence)
    t.is(result.status, evidence.startsWith('because') ? 'skipped' : 'failed')
  })
}

test('an assertion that holds stays as it is', async t => {
  const ok: Verdict = { status: 'ok', evidence: 'node1, node2' }
  t.deepEqual(await unlessCausedBy(['pacemaker'], async () => ok)(scopeOf({ node1: node(based), node2: node() })), ok)
})

test('a severe failure is reported whatever its cause', async t => {
  const severe = async () => ({ ...failed, isSevere: true })
  t.deepEqual(await unlessCausedBy([], severe)(scopeOf({ node1: node(), node2: undefined })), failed)
})
