/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import type { ProcessOutput } from 'zx/core'
import {
  clusterProvenance,
  nodeProvenance,
  type ProvenanceRecord,
  type Provenance,
} from '../../../runner/cluster/adoption/provenance.js'
import { clusterOf } from '../../roles/corosync/cluster.js'
import { wantedConf } from '../../../runner/cluster/corosync/wanted-conf.js'

const ours = wantedConf(clusterOf(), [
  ['node1', undefined],
  ['node2', undefined],
])
const theirs = ours.split('\n').slice(1).join('\n')
const shipped =
  'totem {\n  version: 2\n  cluster_name: debian\n}\nnodelist {\n  node {\n    name: node1\n    nodeid: 1\n    ring0_addr: 127.0.0.1\n  }\n}\n'

interface Node {
  record?: string
  conf?: string
  running?: boolean
  traces?: boolean
}

function provenanceOf({ record = '', conf = '', running = false, traces = false }: Node): ProvenanceRecord {
  const stdout = [record, conf, running ? '412\n' : '', traces ? '/var/lib/ha-run/cib\n' : ''].join('\0')
  return nodeProvenance.family.parse({ stdout } as ProcessOutput, [''])[0] as ProvenanceRecord
}

const cases: [title: string, node: Node, Provenance][] = [
  ['no files and no Corosync', {}, 'bare'],
  ["Debian's default cluster", { conf: shipped, running: true }, 'bare'],
  ['a file that ha-run wrote', { conf: ours, running: true }, 'managed'],
  ['a file that ha-run wrote, Corosync stopped', { conf: ours }, 'managed'],
  ['the file that ha-run wrote was lost', { running: true, traces: true }, 'managed'],
  ['the file that ha-run wrote was damaged', { conf: 'totem {\n', running: true, traces: true }, 'managed'],
  ['the package was purged and installed again', { conf: shipped, traces: true }, 'managed'],
  ['a file written by hand', { conf: theirs, running: true }, 'foreign'],
  ['a file written by hand, Corosync stopped', { conf: theirs }, 'foreign'],
  [
    'a file written by hand on a machine that ha-run once managed',
    { conf: theirs, running: true, traces: true },
    'foreign',
  ],
  ['a file that cannot be read', { conf: 'totem {\n' }, 'foreign'],
  ['the file is gone, and Corosync runs', { running: true }, 'foreign'],
  [
    'adopted, with files of ha-run on it since',
    { record: 'root on 2026-11-28\n', conf: ours, traces: true },
    'foreign',
  ],
]

for (const [title, node, expected] of cases) {
  test(`${title}: ${expected}`, t => {
    t.is(provenanceOf(node).provenance, expected)
    t.is(provenanceOf(node).adopted, node.record !== undefined)
  })
}

const of = (one: Provenance, adopted = false): ProvenanceRecord => ({ provenance: one, adopted })

test('the provenance of a cluster follows from that of its nodes', t => {
  t.is(clusterProvenance([of('bare'), of('bare')]).provenance, 'bare')
  t.is(clusterProvenance([of('bare'), of('foreign')]).provenance, 'foreign')
  t.is(
    clusterProvenance([of('foreign'), of('managed')]).provenance,
    'managed',
    'one file that was replaced by hand in a managed cluster is drift',
  )
  t.deepEqual(clusterProvenance([of('managed'), of('foreign', true)]), of('foreign', true))
  t.is(clusterProvenance([]).provenance, 'bare')
})
