/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import type { ProcessOutput } from 'zx/core'
import { clusterStanding, nodeStanding, type NodeStanding, type Standing } from '../../../runner/cluster/adoption/standing.js'
import { clusterOf } from '../../roles/corosync/cluster.js'
import { wantedConf } from '../../../runner/cluster/corosync/wanted-conf.js'

const ours = wantedConf(clusterOf(), [['node1', undefined], ['node2', undefined]])
const theirs = ours.split('\n').slice(1).join('\n')
const shipped = 'totem {\n  version: 2\n  cluster_name: debian\n}\nnodelist {\n  node {\n    name: node1\n    nodeid: 1\n    ring0_addr: 127.0.0.1\n  }\n}\n'

interface Node { record?: string; conf?: string; running?: boolean; traces?: boolean }

function standing({ record = '', conf = '', running = false, traces = false }: Node): NodeStanding {
  const stdout = [record, conf, running ? '412\n' : '', traces ? '/var/lib/ha-run/cib\n' : ''].join('\0')
  return nodeStanding.family.parse({ stdout } as ProcessOutput, ['']) [0] as NodeStanding
}

const cases: [title: string, node: Node, Standing][] = [
  ['nothing is there', {}, 'bare'],
  ['the cluster that Debian starts by itself', { conf: shipped, running: true }, 'bare'],
  ['a file of ours', { conf: ours, running: true }, 'ours'],
  ['a file of ours, Corosync stopped', { conf: ours }, 'ours'],
  ['our file was lost', { running: true, traces: true }, 'ours'],
  ['our file was spoiled', { conf: 'totem {\n', running: true, traces: true }, 'ours'],
  ['the package was purged and installed again', { conf: shipped, traces: true }, 'ours'],
  ['a file by hand', { conf: theirs, running: true }, 'found'],
  ['a file by hand, Corosync stopped', { conf: theirs }, 'found'],
  ['a file by hand on a machine that once was ours', { conf: theirs, running: true, traces: true }, 'found'],
  ['a file that cannot be read', { conf: 'totem {\n' }, 'found'],
  ['the file is gone, and Corosync runs', { running: true }, 'found'],
  ['adopted, whatever has been left there since', { record: 'root on 2026-11-28\n', conf: ours, traces: true }, 'found'],
]

for (const [title, node, expected] of cases) {
  test(`${title}: ${expected}`, t => {
    t.is(standing(node).standing, expected)
    t.is(standing(node).adopted, node.record !== undefined)
  })
}

const of = (one: Standing, adopted = false): NodeStanding => ({ standing: one, adopted })

test('a cluster is what its nodes say together', t => {
  t.is(clusterStanding([of('bare'), of('bare')]).standing, 'bare')
  t.is(clusterStanding([of('bare'), of('found')]).standing, 'found')
  t.is(clusterStanding([of('found'), of('ours')]).standing, 'ours', 'one file by hand in a cluster of ours is drift')
  t.deepEqual(clusterStanding([of('ours'), of('found', true)]), of('found', true))
  t.is(clusterStanding([]).standing, 'bare')
})
