/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { compareDeclaration, type RunningNode } from '../../../runner/cluster/adoption/compare.js'
import { fencingObstacles } from '../../../runner/cluster/adoption/fencing-obstacles.js'
import type { ClusterState } from '../../../runner/cluster/pacemaker/crm-mon.js'
import type { Quorum } from '../../../runner/cluster/corosync/quorumtool.js'
import { clusterOf } from '../../roles/corosync/cluster.js'

/** A cluster built by hand, with another token, another port, an extra section, and the ids of its file. */
const conf = `totem {
  version: 2
  cluster_name: pacemaker1
  transport: knet
  token: 1000
  interface {
    linknumber: 0
    mcastport: 5415
  }
}
uidgid {
  uid: monitor
}
nodelist {
  node {
    ring0_addr: 192.168.0.1
  }
}
`
const running = {
  'totem.version': '2',
  'totem.cluster_name': 'pacemaker1',
  'totem.transport': 'knet',
  'totem.token': '1000',
  'totem.interface.0.mcastport': '5415',
  'runtime.members.11.ip': 'r(0) ip(192.168.0.1) ',
  'runtime.members.12.ip': 'r(0) ip(192.168.0.2) ',
}

interface Change {
  cmap?: Record<string, string> | undefined
  conf?: string
  id?: number
  ring?: string
  members?: [number, string][]
  called?: string
  silent?: 'corosync' | 'pacemaker'
}

function node(name: 'node1' | 'node2', change: Change = {}): RunningNode {
  const at = name === 'node1' ? 1 : 2
  const members = change.members ?? [
    [11, '192.168.0.1'],
    [12, '192.168.0.2'],
  ]
  const nodeId = change.id ?? 10 + at
  return {
    name,
    links: [`192.168.0.${at}`],
    conf: change.conf ?? conf,
    cmap:
      change.silent === 'corosync'
        ? undefined
        : new Map(Object.entries({ ...running, ...change.cmap }).map(([key, value]) => [key, { type: 'str', value }])),
    quorum:
      change.silent === 'corosync'
        ? undefined
        : ({
            nodeId,
            ringId: change.ring ?? '11.8',
            members: members.map(([id, own]) => ({ nodeId: id, name: own })),
          } as Quorum),
    state:
      change.silent === undefined
        ? ({ nodes: [{ id: String(nodeId), name: change.called ?? name }] } as ClusterState)
        : undefined,
  }
}

const nvpair = (name: string, value: string) => `<nvpair value="${value}" id="${name}-x" name="${name}"/>`
const cib = ({
  resources = `<group id="g_web"><primitive class="ocf" provider="heartbeat" type="IPaddr2" id="ClusterIP"><instance_attributes id="a">${nvpair('ip', '192.168.0.10')}</instance_attributes></primitive><primitive class="systemd" type="apache2" id="Web"/></group>`,
  properties = nvpair('stonith-enabled', 'false'),
} = {}) =>
  `<cib><configuration><crm_config><cluster_property_set id="p">${properties}</cluster_property_set></crm_config><nodes/><resources>${resources}</resources><constraints/></configuration></cib>`

const device = '<primitive id="f1" class="stonith" type="fence_dummy"/>'
const both = [node('node1'), node('node2')]
const compare = (more: object = {}, nodes = both, text: string | undefined = cib()) =>
  compareDeclaration(clusterOf(more), nodes, text)

test('the smallest inventory fits: ClusterIP has the address, and everything else is kept', t => {
  const { obstacles, kept, changes } = compare()
  t.deepEqual(obstacles, [])
  t.deepEqual(changes, [])
  t.true(kept.includes('totem.token 1000 (not declared; a new cluster would get 3000)'))
  t.true(kept.includes('totem.crypto_cipher (not set) (not declared; a new cluster would get aes256)'), kept.join('\n'))
  t.true(kept.includes('quorum.two_node (not set) (not declared; a new cluster would get 1)'))
  for (const section of ['section uidgid of corosync.conf', 'section totem.interface of corosync.conf', 'group g_web'])
    t.true(kept.includes(section), section)
})

test('a setting that runs as declared is neither listed as kept nor an obstacle', t => {
  const { obstacles, kept } = compare({ corosync: { token: 1000 } })
  t.deepEqual(obstacles, [])
  t.false(kept.some(text => text.startsWith('totem.token ')))
})

const devices = {
  devices: {
    f1: { agent: 'fence_dummy', fences: 'node1' },
    f2: { agent: 'fence_dummy', fences: 'node2', secrets: { passwd: { env: 'F2_PASSWORD' } } },
  },
}

/** The obstacles, with the line to write. */
const obstacles: [title: string, obstacle: RegExp, more: object, nodes?: RunningNode[], text?: string][] = [
  [
    'the cluster has another name',
    /^the cluster's name is web: write `name: web`$/,
    {},
    both.map(({ name }) => node(name as 'node1', { cmap: { 'totem.cluster_name': 'web' } })),
  ],
  [
    'a member is not in the inventory',
    /^node 13 \(192\.168\.0\.3\) is a member, but not a host of the inventory: add it to the group web$/,
    {},
    both.map(({ name }) =>
      node(name as 'node1', {
        members: [
          [11, 'a'],
          [12, 'b'],
          [13, '192.168.0.3'],
        ],
      }),
    ),
  ],
  [
    'the nodes are two clusters',
    /^the nodes are in 2 rings \(11\.8, 12\.9\)/,
    {},
    [node('node1', { members: [[11, 'a']] }), node('node2', { ring: '12.9', members: [[12, 'b']] })],
  ],
  [
    'Pacemaker knows a node by another name',
    /^Pacemaker calls node2 "web-2", .*write `web-2:` in place of `node2:`$/,
    {},
    [node('node1'), node('node2', { called: 'web-2' })],
  ],
  [
    'Pacemaker knows a node by a name with dots',
    /^Pacemaker calls node1 "node1\.example\.net", .*an inventory cannot have node names with a dot yet$/,
    {},
    [node('node1', { called: 'node1.example.net' }), node('node2')],
  ],
  [
    'a node is at another address',
    /^no member has the address 192\.168\.0\.2 of node2: the members have 192\.168\.0\.1, 10\.0\.0\.2$/,
    {},
    [node('node1', { cmap: { 'runtime.members.12.ip': 'r(0) ip(10.0.0.2) ' } }), node('node2')],
  ],
  [
    'the files differ',
    /^corosync\.conf is not the same on all nodes/,
    {},
    [node('node1'), node('node2', { conf: `${conf}# more\n` })],
  ],
  [
    'Corosync is down on a node',
    /^corosync does not answer on node2: start it first$/,
    {},
    [node('node1'), node('node2', { silent: 'corosync' })],
  ],
  [
    'Pacemaker is down on a node',
    /^pacemaker does not answer on node1: start it first$/,
    {},
    [node('node1', { silent: 'pacemaker' }), node('node2')],
  ],
  [
    'fencing works and is declared away',
    /^fencing works, by f1, and `fencing: disabled` would switch it off: write `fencing: kept`$/,
    {},
    both,
    cib({ resources: `${device}${primitive('192.168.0.10')}`, properties: '' }),
  ],
  [
    'fencing is kept and there is none',
    /^there are no fencing devices to keep: write `fencing: disabled`, or declare devices$/,
    { fencing: 'kept' },
  ],
  [
    'devices are declared, and nodes without quorum would fence the others',
    /^no-quorum-policy is ignore in the CIB: .* Write `properties: \{no-quorum-policy: stop\}`$/,
    { fencing: devices },
    both,
    cib({ resources: primitive('192.168.0.10'), properties: nvpair('no-quorum-policy', 'ignore') }),
  ],
  [
    'no resource has the address',
    /^no resource has the floating IP 192\.168\.0\.10: write `resources: \{ FloatIP: \{\} \}`/,
    {},
    both,
    cib({ resources: primitive('192.168.0.99') }),
  ],
  [
    'FloatIP is declared beside ClusterIP',
    /^FloatIP would be the address 192\.168\.0\.10 a second time: in the CIB, ClusterIP is that already\. Use ClusterIP as it is/,
    { resources: { FloatIP: {} } },
  ],
  [
    'Apache is declared beside its unit',
    /^WebSite would be the service apache2 a second time: in the CIB, Web is that already/,
    { resources: { WebSite: {} } },
  ],
]

function primitive(ip: string): string {
  return `<primitive class="ocf" provider="heartbeat" type="IPaddr2" id="vip"><instance_attributes id="v">${nvpair('ip', ip)}</instance_attributes></primitive>`
}

for (const [title, obstacle, more, nodes, text] of obstacles) {
  test(`cannot be adopted: ${title}`, t => {
    const comparison = compare(more, nodes, text)
    t.true(
      comparison.obstacles.some(one => obstacle.test(one)),
      comparison.obstacles.join('\n'),
    )
  })
}

test('devices that are switched off do not count as working fencing', t => {
  t.deepEqual(compare({}, both, cib({ resources: `${device}${primitive('192.168.0.10')}` })).obstacles, [])
})

test('a declared device that the cluster has already is completed, and others are kept', t => {
  const theirs = '<primitive id="theirs" class="stonith" type="fence_virsh"/>'
  const {
    obstacles: left,
    kept,
    changes,
  } = compare(
    { fencing: devices },
    both,
    cib({ resources: `${device}${theirs}${primitive('192.168.0.10')}`, properties: '' }),
  )
  t.deepEqual(left, [])
  t.true(kept.includes('primitive theirs'))
  t.false(kept.includes('primitive f1'))
  t.true(changes.includes('f1 param pcmk_host_list: (absent) -> node1'), changes.join('\n'))
  t.true(changes.includes('property stonith-enabled: (absent) -> true'))
  t.false(
    changes.some(change => /priority-fencing-delay|stonith-action/.test(change)),
    'defaults do not apply',
  )
})

test('fencing that ha-run itself has switched on can be declared away, unless somebody else has a device too', t => {
  const text = (more = '') =>
    cib({ resources: `${device}${more}${primitive('192.168.0.10')}`, properties: '' }).replace(
      '</configuration>',
      '<tags><tag id="ha-run"><obj_ref id="f1"/></tag></tags></configuration>',
    )
  t.deepEqual(fencingObstacles(clusterOf(), text()), [])
  t.regex(
    fencingObstacles(clusterOf(), text('<primitive id="f2" class="stonith" type="x"/>'))[0]!,
    /^fencing works, by f2,/,
  )
})

test('working fencing that is kept is not an obstacle and does not change', t => {
  const { obstacles: left, changes } = compare(
    { fencing: 'kept' },
    both,
    cib({ resources: `${device}${primitive('192.168.0.10')}`, properties: '' }),
  )
  t.deepEqual([left, changes], [[], []])
})

test('declared timers and logging that run with other values are changes; all other settings are obstacles', t => {
  const comparison = (corosync: object, cmap: Record<string, string> = {}) =>
    compare(
      { corosync },
      both.map(({ name }) => node(name as 'node1', { cmap })),
    )
  t.like(comparison({ token: 5000, logging: { debug: 'on' } }), {
    changes: [
      'totem.token: 1000 -> 5000 (live: a reload applies it)',
      'logging.debug: (not set) -> on (live: a reload applies it)',
    ],
    obstacles: [],
  })
  t.like(comparison({ token: 1000, interface: [{ linknumber: 0, mcastport: 5415 }] }), { changes: [], obstacles: [] })
  const refused = (corosync: object, cmap?: Record<string, string>) => {
    const { changes, obstacles } = comparison(corosync, cmap)
    t.deepEqual(changes, [])
    return obstacles.join('\n')
  }
  t.regex(
    refused({ interface: [{ linknumber: 0, mcastport: 5425 }] }),
    /^totem\.interface\.0\.mcastport is declared as 5425 and runs as 5415: declare the value that runs/,
  )
  t.regex(
    refused(
      { crypto_cipher: 'none', crypto_hash: 'none' },
      { 'totem.crypto_cipher': 'aes128', 'totem.crypto_hash': 'sha1' },
    ),
    /^totem\.crypto_cipher is declared as none and runs as aes128/,
  )
  t.regex(refused({ quorum: { two_node: 1 } }), /^quorum\.two_node is declared as 1 and runs as \(not set\)/)
  t.regex(
    refused({ transport: 'udpu', crypto_cipher: 'none', crypto_hash: 'none' }),
    /^totem\.transport is declared as udpu and runs as knet/,
  )
})

test('declared objects of the CIB are changes that the plan shows', t => {
  t.deepEqual(
    compare({ properties: { 'cluster-recheck-interval': '5min' } }).changes.filter(text => text.startsWith('property')),
    ['property cluster-recheck-interval: (absent) -> 5min'],
  )
})
