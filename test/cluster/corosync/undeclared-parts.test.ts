import test from 'ava'
import { parseCorosyncConf } from '../../../runner/cluster/corosync/conf.js'
import { flatten } from '../../../runner/cluster/corosync/settings.js'
import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import { readClusters } from '../../../runner/cluster/declaration/read.js'
import { wantedConf } from '../../../runner/cluster/corosync/wanted-conf.js'
import { loadInventory } from '../../../runner/inventory/load.js'

const [cluster] = readClusters(loadInventory('test/cases/declaration/good-smallest/inventory.yml')) as [Cluster]
const [one, other] = cluster.nodes.map(({ name }) => name) as [string, string]
const written = wantedConf(cluster, [
  [one, undefined],
  [other, undefined],
])

/** The file with more in its sections, as somebody might add it by hand. */
const edited = (edits: [after: string, more: string][], end = '') =>
  edits.reduce((text, [after, more]) => text.replace(after, `${after}\n${more}`), written) + end

const theirs = edited(
  [
    ['totem {', 'cluster_uuid: 5f0a\ninterface {\nlinknumber: 0\nmcastport: 5415\n}'],
    ['logging {', 'logger_subsys {\nsubsys: QUORUM\ndebug: on\n}'],
    [`name: ${other}`, 'quorum_votes: 1'],
  ],
  'uidgid {\nuid: monitor\n}\nresources {\nsystem {\nmemory_used {\nrecovery: reboot\n}\n}\n}\n',
)

const keys = (text: string) => flatten(parseCorosyncConf(text))

test('what nobody can declare stays, on all nodes, and the next time too', t => {
  const wanted = wantedConf(cluster, [
    [one, undefined],
    [other, theirs],
  ])
  t.deepEqual(Object.fromEntries(keys(wanted)), Object.fromEntries(keys(theirs)))
  t.regex(wanted, /\nuidgid \{\n\tuid: monitor\n\}\n/)
  t.is(
    wantedConf(cluster, [
      [one, wanted],
      [other, wanted],
    ]),
    wanted,
  )
})

test('what can be declared and is not goes; what is declared is put right', t => {
  const drifted = theirs.replace('token: 3000', 'token: 1000\n\tconsensus: 5000\n\tsecauth: off')
  t.is(
    wantedConf(cluster, [
      [one, drifted],
      [other, drifted],
    ]),
    wantedConf(cluster, [
      [one, theirs],
      [other, theirs],
    ]),
  )
})

test('a declared interface takes the place of those that were there', t => {
  const declared = {
    ...cluster,
    corosync: { ...cluster.corosync, interface: [{ linknumber: '0', mcastport: '5425' }] },
  }
  const found = [
    ...keys(
      wantedConf(declared, [
        [one, theirs],
        [other, theirs],
      ]),
    ),
  ].filter(([key]) => key.startsWith('totem.interface'))
  t.deepEqual(found, [['totem.interface.0.mcastport', '5425']])
})

test('two nodes with different settings to keep are an error that names both', t => {
  const error = t.throws(() =>
    wantedConf(cluster, [
      [one, edited([], 'uidgid {\nuid: 7\n}\n')],
      [other, edited([['totem {', 'cluster_uuid: 5f0a']])],
    ]),
  )
  t.regex(error.message, new RegExp(`they differ: ${one} has section uidgid, ${other} has totem.cluster_uuid 5f0a$`))
})

test('a quorum device or votes that ha-run would count wrong are refused, and nothing is written', t => {
  for (const edit of [
    ['quorum {', 'device {\nmodel: net\nnet {\nhost: arbiter\n}\n}'],
    [`name: ${other}`, 'quorum_votes: 2'],
  ] as [string, string][]) {
    t.throws(
      () =>
        wantedConf(cluster, [
          [one, edited([edit])],
          [other, undefined],
        ]),
      { message: /an inventory cannot declare it yet$/ },
    )
  }
})

test('a file as Debian ships it has nothing to keep', t => {
  const shipped =
    'totem {\nversion: 2\ncluster_name: debian\ncluster_uuid: x\n}\nnodelist {\nnode {\nname: node1\nnodeid: 1\nring0_addr: 127.0.0.1\n}\n}\nsystem {\nallow_knet_handle_fallback: yes\n}\n'
  t.is(
    wantedConf(cluster, [
      [one, shipped],
      [other, undefined],
    ]),
    written,
  )
})
