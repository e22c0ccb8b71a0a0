import test from 'ava'
import type { MachineEvent } from '../../runner/engine/events.js'
import { faultsIn } from './kills/audit.js'
import { boundariesOf, momentsOf } from './kills/moments.js'
import { wrongIn } from './node-faults/trial.js'

/** What `npm run test:faults` and the soak find wrong. They need no lab for that. */

const node = (...more: string[]) => [
  'id 1',
  'key abc',
  'dc node1 quorum true',
  'node node1 online true standby false maintenance false',
  'resource FloatIP Started on 1',
  'cib 123',
  ...more,
]
const swapped = (lines: string[], from: string, to: string) => lines.map(line => (line === from ? to : line))

test('audit: what is as before has no faults', t => {
  const before = { node1: node(), node2: node() }
  t.deepEqual(faultsIn(before, { node1: node(), node2: node() }, { keepsKey: true }), [])
})

for (const [title, changed, expected] of [
  ['another id', swapped(node(), 'id 1', 'id 2'), 'id 1 became id 2'],
  ['another key', swapped(node(), 'key abc', 'key abd'), 'key abc became key abd'],
  ['a file is left', node('left /etc/.hosts.ha-run'), 'left /etc/.hosts.ha-run on node1'],
  ['a unit is masked', node('masked corosync.service'), 'masked corosync.service on node1'],
  [
    'two DCs',
    swapped(node(), 'dc node1 quorum true', 'dc node2 quorum true'),
    'not one DC with quorum: dc node2 quorum true, dc node1 quorum true',
  ],
  ['no DC', swapped(node(), 'dc node1 quorum true', ''), 'not one DC with quorum: dc none, dc node1 quorum true'],
  [
    'a node in standby',
    swapped(node(), node()[3]!, 'node node1 online true standby true maintenance false'),
    'node node1 online true standby true maintenance false',
  ],
  [
    'a resource on two nodes',
    swapped(node(), node()[4]!, 'resource FloatIP Started on 2'),
    'resource FloatIP Started on 2',
  ],
  ['another CIB', swapped(node(), 'cib 123', 'cib 124'), 'the CIBs differ'],
] as const)
  test(`audit: ${title}`, t => {
    const before = { node1: node(), node2: node() }
    t.true(faultsIn(before, { node1: [...changed], node2: node() }, { keepsKey: true }).includes(expected))
  })

const changes = [
  { task: 'node1: write /etc/hosts', atMs: 1000, ms: 200 },
  { task: 'corosync runs what its files say', atMs: 5000, ms: 3000 },
]

test('moments: while it checks, within each change, several within a long one, and behind each', t => {
  t.deepEqual(
    momentsOf(changes).map(({ title, changes: count, delayMs }) => `${title}: ${count}, ${delayMs}`),
    [
      'while it checks: 0, 400',
      'in the middle of node1: write /etc/hosts: 0, 900',
      'after node1: write /etc/hosts: 1, 0',
      'in corosync runs what its files say, 1 of 2: 1, 1750',
      'in corosync runs what its files say, 2 of 2: 1, 3250',
      'after corosync runs what its files say: 2, 0',
    ],
  )
  t.deepEqual(
    boundariesOf(changes).map(({ title }) => title),
    ['before the first change', 'after node1: write /etc/hosts'],
  )
})

const failure = (host: string, message: string, isDefect?: true): MachineEvent => ({
  event: 'task',
  cluster: 'web',
  host,
  role: 'corosync',
  task: 'write',
  status: 'failed',
  error: { message, isDefect },
  ms: 1,
})
const ended = (exitCode: number | null, ...events: MachineEvent[]) => ({ exitCode, events, seconds: 30 })

test('a run that loses a node: it fails, and names the node', t => {
  const lost = { outcome: 'lost' } as const
  t.deepEqual(wrongIn(ended(4, failure('node2', 'lost')), lost, { name: 'node2' }), [])
  t.regex(wrongIn(ended(0), lost, { name: 'node2' }).join(), /^exit code 0/)
  t.regex(wrongIn(ended(2, failure('node1', 'lost')), lost, { name: 'node2' }).join(), /^node2 is not named/)
  t.regex(wrongIn(ended(null), lost, { name: 'node2' }).join(), /^exit code null/)
  t.regex(wrongIn(ended(2, failure('node2', 'x', true)), lost, { name: 'node2' }).join(), /^called a defect/)
  t.regex(
    wrongIn({ ...ended(4, failure('node2', 'lost')), seconds: 601 }, lost, { name: 'node2' }).join(),
    /^ended 601 s after/,
  )
})

test('a run that cannot write: it names the cause, or had nothing to write', t => {
  const full = { outcome: 'failed', cause: /No space left/ } as const
  t.deepEqual(wrongIn(ended(0), full, { name: 'node2' }), [])
  t.deepEqual(wrongIn(ended(2, failure('node2', 'No space left on device')), full, { name: 'node2' }), [])
  t.regex(wrongIn(ended(2, failure('node2', 'it failed')), full, { name: 'node2' }).join(), /^not the cause/)
  t.regex(wrongIn(ended(4, failure('node2', 'No space left')), full, { name: 'node2' }).join(), /^exit code 4/)
})

test('a run that is killed: it has no exit code', t => {
  t.deepEqual(wrongIn(ended(null), { outcome: 'killed' }, { name: 'node2' }), [])
  t.regex(wrongIn(ended(0), { outcome: 'killed' }, { name: 'node2' }).join(), /although it was killed/)
})
