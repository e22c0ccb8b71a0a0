import { readFileSync } from 'node:fs'
import test from 'ava'
import { transientAttributesInCib, oneCib } from '../../../roles/verify/cib.js'
import { clocksAgree } from '../../../roles/verify/clocks.js'
import { noFailCounts } from '../../../roles/verify/failures.js'
import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import verify from '../../../roles/verify/index.js'
import { noMoveConstraints } from '../../../roles/verify/admin-overrides.js'
import { onlyClusterRunsServices, daemonsActiveAndEnabled, noInstallLeftovers } from '../../../roles/verify/services.js'
import { sameVersions } from '../../../roles/verify/versions.js'
import { clusterOf, scopeOf, type Answers } from '../corosync/cluster.js'
import { stateOf } from './state.js'

const unit = (active: string, file: string) => ({ load: 'loaded', active, file })
const cib = (updates: number, epoch = 4) =>
  `<cib admin_epoch="0" epoch="${epoch}" num_updates="${updates}"><configuration><x score="1"/></configuration></cib>`
const constrained = (constraints: string) =>
  `<cib><configuration><constraints>${constraints}</constraints></configuration></cib>`
const state = stateOf({ resources: {} })
const withFeatures = (...features: string[]) => stateOf({ resources: {}, features })
const debian = new Map([
  ['totem.cluster_name', { value: 'debian' }],
  ['nodelist.node.0.ring0_addr', { value: '127.0.0.1' }],
])
const systemd = { resources: { Nginx: { agent: 'systemd:nginx' }, WebSite: false, FloatIP: {} } }

/** The answers of two nodes, and the verdict. */
const cases: [
  title: string,
  check: (scope: ReturnType<typeof scopeOf>) => Promise<object>,
  one: Answers,
  other: Answers | undefined,
  verdict: object,
][] = [
  ['the same CIB', oneCib, { 'cibadmin -Q': cib(7) }, { 'cibadmin -Q': cib(7) }, { status: 'ok', fleeting: true }],
  [
    'a status update that another node does not have',
    oneCib,
    { 'cibadmin -Q': cib(7) },
    { 'cibadmin -Q': cib(8) },
    { status: 'ok' },
  ],
  [
    'a change under way',
    oneCib,
    { 'cibadmin -Q': cib(7) },
    { 'cibadmin -Q': cib(0, 5) },
    { status: 'failed', evidence: 'version 0.4 on node1 and 0.5 on node2', fleeting: true },
  ],
  [
    'a node that does not answer has no other CIB',
    oneCib,
    { 'cibadmin -Q': cib(7) },
    { 'cibadmin -Q': undefined },
    { status: 'ok' },
  ],
  [
    'no node answers',
    oneCib,
    { 'cibadmin -Q': undefined },
    { 'cibadmin -Q': undefined },
    { status: 'failed', fleeting: false },
  ],
  [
    'a fail count',
    noFailCounts,
    {
      'cibadmin -Q':
        '<cib><status><node_state uname="node2"><nvpair name="fail-count-a#start_0" value="INFINITY"/></node_state></status></cib>',
    },
    {},
    { status: 'failed', evidence: 'start_0 of a has fail count INFINITY on node2' },
  ],
  [
    'constraints of a move and a ban',
    noMoveConstraints,
    {
      'cibadmin -Q': constrained(
        '<rsc_location rsc="a" id="cli-ban-a-on-node1"/><rsc_location id="cli-prefer-b" rsc="b"/><rsc_location id="mine-cli-x" rsc="b"/>',
      ),
    },
    {},
    {
      status: 'warning',
      evidence: 'cli-ban-a-on-node1 is left from a move or a ban; cli-prefer-b is left from a move or a ban',
    },
  ],
  [
    'such constraints in single quotes and on several lines',
    noMoveConstraints,
    {
      'cibadmin -Q': constrained(
        '<rsc_location id=\'cli-ban-a\' rsc=\'a\'/><rsc_location\n\trsc="b"\n\tid = "cli-prefer-b"\n/>',
      ),
    },
    {},
    {
      status: 'warning',
      evidence: 'cli-ban-a is left from a move or a ban; cli-prefer-b is left from a move or a ban',
    },
  ],
  [
    'a constraint in a comment does not count',
    noMoveConstraints,
    { 'cibadmin -Q': constrained('<!-- <rsc_location id="cli-ban-a" rsc="a"/> -->') },
    {},
    { status: 'ok' },
  ],
  [
    'the id of a rule does not count',
    noMoveConstraints,
    { 'cibadmin -Q': constrained('<rsc_location id="mine" rsc="a"><rule id="cli-r"/></rsc_location>') },
    {},
    { status: 'ok' },
  ],
  [
    'clocks within the tolerance',
    clocksAgree,
    { clock: { least: -300, most: 300 } },
    { clock: { least: 100, most: 600 } },
    { status: 'ok', evidence: 'within 1 s of each other' },
  ],
  [
    'clocks whose slow answers are followed by quick ones',
    clocksAgree,
    { clock: { least: -7200, most: 300 }, 'clock, once more': { least: 0, most: 20 } },
    { clock: { least: 0, most: 300 }, 'clock, once more': { least: 0, most: 30 } },
    { status: 'ok', evidence: 'within 1 s of each other' },
  ],
  [
    'clocks whose answers are slow',
    clocksAgree,
    { clock: { least: -7200, most: 300 }, 'clock, once more': { least: -6900, most: 100 } },
    { clock: { least: 0, most: 300 }, 'clock, once more': { least: 0, most: 100 } },
    { status: 'warning', evidence: 'node2 and node1 may be up to 7.0 s apart: they answer slowly' },
  ],
  [
    'a clock behind',
    clocksAgree,
    { clock: { least: 0, most: 300 } },
    { clock: { least: -5300, most: -5000 } },
    { status: 'warning', evidence: 'node2 is 5 s behind node1' },
  ],
  [
    'no clock',
    clocksAgree,
    { clock: { least: 0, most: 300 } },
    { clock: undefined },
    { status: 'warning', evidence: 'the clock of node2 cannot be read' },
  ],
  [
    'active and enabled daemons',
    daemonsActiveAndEnabled,
    { 'state of units': unit('active', 'enabled') },
    { 'state of units': unit('active', 'enabled') },
    { status: 'ok' },
  ],
  [
    'a dead daemon',
    daemonsActiveAndEnabled,
    { 'state of units': unit('active', 'enabled') },
    {
      'state of units corosync.service': unit('failed', 'enabled'),
      'state of units pacemaker.service': unit('active', 'disabled'),
    },
    { status: 'failed', evidence: 'node2: corosync.service is failed; node2: pacemaker.service is disabled at boot' },
  ],
  [
    'a mask',
    noInstallLeftovers(clusterOf()),
    {
      'state of units': unit('active', 'enabled'),
      'state of units apache2.service': unit('inactive', 'masked-runtime'),
      'corosync-cmapctl': new Map(),
    },
    undefined,
    { status: 'failed', evidence: 'node1: apache2.service is masked-runtime' },
  ],
  [
    'the default cluster',
    noInstallLeftovers(clusterOf()),
    { 'state of units': unit('active', 'enabled'), 'corosync-cmapctl': debian },
    undefined,
    { status: 'failed', evidence: "node1: corosync runs Debian's default cluster, on 127.0.0.1" },
  ],
  [
    'systemd runs apache',
    onlyClusterRunsServices(clusterOf()),
    { 'state of units': unit('inactive', 'disabled') },
    { 'state of units': unit('active', 'enabled') },
    {
      status: 'failed',
      evidence: 'node2: systemd starts apache2.service at boot; node2: systemd runs apache2.service',
    },
  ],
  [
    'a unit that is a resource runs, and is not enabled',
    onlyClusterRunsServices(clusterOf(systemd)),
    { 'state of units': unit('active', 'disabled') },
    undefined,
    { status: 'ok', evidence: 'nginx.service not run by systemd' },
  ],
  [
    'versions',
    sameVersions,
    { crm_mon: state, packages: { version: '3.1.7', isHeld: false } },
    { crm_mon: state, packages: { version: '3.1.7', isHeld: false } },
    { status: 'ok', evidence: 'corosync 3.1.7, pacemaker 3.1.7' },
  ],
  [
    'mixed packages',
    sameVersions,
    { crm_mon: state, packages: { version: '3.1.7', isHeld: false } },
    {
      crm_mon: state,
      'packages pacemaker': { version: '3.1.7', isHeld: false },
      'packages corosync': { version: '3.1.9', isHeld: false },
    },
    { status: 'warning', evidence: 'corosync 3.1.7 on node1 and 3.1.9 on node2' },
  ],
  [
    'a node not restarted after an upgrade',
    sameVersions,
    { crm_mon: withFeatures('3.16.1', '3.17.0'), packages: { version: '3', isHeld: false } },
    { crm_mon: undefined, packages: { version: '3', isHeld: false } },
    { status: 'warning', evidence: 'node1: pacemaker runs with feature set 3.16.1 on node1 and 3.17.0 on node2' },
  ],
  [
    'a node with a Pacemaker that is too old for feature sets',
    sameVersions,
    {
      crm_mon: withFeatures('3.16.1', '<3.15.1'),
      packages: { version: '3', isHeld: false },
      'attrd_updater -Q': ['node1'],
    },
    { crm_mon: undefined, packages: { version: '3', isHeld: false }, 'attrd_updater -Q': ['node1'] },
    { status: 'warning', evidence: 'node1: pacemaker runs with feature set 3.16.1 on node1 and <3.15.1 on node2' },
  ],
  [
    'lost attributes are not another version',
    sameVersions,
    {
      crm_mon: withFeatures('<3.15.1', '3.16.1'),
      packages: { version: '3', isHeld: false },
      'attrd_updater -Q': ['node1', 'node2'],
    },
    { crm_mon: undefined, packages: { version: '3', isHeld: false }, 'attrd_updater -Q': [] },
    { status: 'ok' },
  ],
  [
    'lost attributes',
    transientAttributesInCib,
    { crm_mon: withFeatures('<3.15.1', '<3.15.1'), 'attrd_updater -Q': [] },
    { crm_mon: undefined, 'attrd_updater -Q': ['node1', 'node2'] },
    { status: 'failed', evidence: 'the attributes of node1 are missing; the attributes of node2 are missing' },
  ],
  [
    'no node answers about attributes',
    transientAttributesInCib,
    { crm_mon: undefined },
    { crm_mon: undefined },
    { status: 'failed', evidence: 'node1: pacemaker does not answer; node2: pacemaker does not answer' },
  ],
  [
    'no lost attributes',
    transientAttributesInCib,
    { crm_mon: withFeatures('3.16.1', '<3.15.1'), 'attrd_updater -Q': ['node1'] },
    { crm_mon: undefined, 'attrd_updater -Q': ['node1'] },
    { status: 'ok', evidence: 'the attributes of all nodes' },
  ],
]

for (const [title, check, one, other, verdict] of cases) {
  test(`verify: ${title}`, async t => t.like(await check(scopeOf({ node1: one, node2: other })), verdict))
}

/** A cluster with fencing, an arbiter and an IPv6 address: all assertions apply to it. */
function fullCluster(): Cluster {
  const cluster = clusterOf({ fencing: 'kept', corosync: { links: [{ node1: 'fd00:2::1', node2: 'fd00:2::2' }] } })
  return {
    ...cluster,
    quorumDevice: { arbiter: { ...cluster.nodes[0]!, name: 'arbiter' }, votes: 1, algorithm: 'ffsplit' },
  }
}

test('each assertion has a sentence of its own about what it proves', t => {
  const cluster = fullCluster()
  const meanings = verify
    .tasks({ cluster, node: cluster.nodes[0]! })
    .map(task => ('meaning' in task ? task.meaning : undefined))
  t.true(meanings.every(meaning => meaning !== undefined && /^[A-Zs`].+\.$/.test(meaning)))
  t.is(new Set(meanings).size, meanings.length)
})

test('docs/verify.md has the number, names and sentences of all assertions', t => {
  const cluster = fullCluster()
  const rows = verify
    .tasks({ cluster, node: cluster.nodes[0]! })
    .map(task => ('meaning' in task ? `| ${task.name} | ${task.meaning} |` : ''))
  const page = readFileSync('docs/verify.md', 'utf8')
  t.is(/<!-- assertions -->\n.*\n.*\n([^]*?)\n<!-- \/assertions -->/.exec(page)?.[1], rows.join('\n'))
  t.regex(page, new RegExp(`checks up to ${rows.length} assertions`))
})

test('without Apache there is no assertion about a page, with udpu none about packets, without fencing none about its state', t => {
  const names = (more: object) => {
    const cluster = clusterOf(more)
    return verify.tasks({ cluster, node: cluster.nodes[0]! }).map(({ name }) => name)
  }
  const lacks = (more: object) => names({}).filter(name => !names(more).includes(name))
  t.deepEqual(lacks({ resources: { WebSite: false } }), [
    'only the cluster runs its services',
    'the page is served at the floating IP',
  ])
  t.deepEqual(
    names({ fencing: 'kept' }).filter(name => !names({}).includes(name)),
    [
      'the last fencing succeeded',
      'no fencing is pending',
      'one of two nodes fences first',
      'ring and fencing do not share a cable',
    ],
  )
  t.deepEqual(lacks({ corosync: { transport: 'udpu', crypto_cipher: 'none', crypto_hash: 'none' } }), [
    'links carry traffic',
  ])
})
