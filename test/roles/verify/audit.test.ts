import test from 'ava'
import { attributesAreInCib, oneCib } from '../../../roles/verify/cib.js'
import { clocksAgree } from '../../../roles/verify/clocks.js'
import { noFailCounts } from '../../../roles/verify/failures.js'
import verify from '../../../roles/verify/index.js'
import { noLeftovers } from '../../../roles/verify/purpose.js'
import { clusterAloneRunsServices, daemonsRunAndStart, noInstallTraps } from '../../../roles/verify/services.js'
import { sameVersions } from '../../../roles/verify/versions.js'
import { clusterOf, scopeOf, type Answers } from '../corosync/cluster.js'
import { stateOf } from './state.js'

const unit = (active: string, file: string) => ({ load: 'loaded', active, file })
const cib = (updates: number, epoch = 4) => `<cib admin_epoch="0" epoch="${epoch}" num_updates="${updates}"><configuration><x score="1"/></configuration></cib>`
const constrained = (constraints: string) => `<cib><configuration><constraints>${constraints}</constraints></configuration></cib>`
const state = stateOf({ resources: {} })
const withFeatures = (...features: string[]) => stateOf({ resources: {}, features })
const debian = new Map([['totem.cluster_name', { value: 'debian' }], ['nodelist.node.0.ring0_addr', { value: '127.0.0.1' }]])
const systemd = { resources: { Nginx: { agent: 'systemd:nginx' }, WebSite: false, FloatIP: {} } }

/** What two nodes answer, and the verdict. */
const cases: [title: string, check: (scope: ReturnType<typeof scopeOf>) => Promise<object>, one: Answers, other: Answers | undefined, verdict: object][] = [
  ['one CIB', oneCib, { 'cibadmin -Q': cib(7) }, { 'cibadmin -Q': cib(7) }, { status: 'ok', fleeting: true }],
  ['a state that another node has not heard of', oneCib, { 'cibadmin -Q': cib(7) }, { 'cibadmin -Q': cib(8) }, { status: 'ok' }],
  ['a change under way', oneCib, { 'cibadmin -Q': cib(7) }, { 'cibadmin -Q': cib(0, 5) }, { status: 'failed', evidence: 'version 0.4 on node1 and 0.5 on node2', fleeting: true }],
  ['a silent node is no other CIB', oneCib, { 'cibadmin -Q': cib(7) }, { 'cibadmin -Q': undefined }, { status: 'ok' }],
  ['all are silent', oneCib, { 'cibadmin -Q': undefined }, { 'cibadmin -Q': undefined }, { status: 'failed', fleeting: false }],
  ['a fail count', noFailCounts, { 'cibadmin -Q': '<cib><status><node_state uname="node2"><nvpair name="fail-count-a#start_0" value="INFINITY"/></node_state></status></cib>' }, {}, { status: 'failed', evidence: 'start_0 of a has failed for good on node2' }],
  ['leftovers', noLeftovers, { 'cibadmin -Q': constrained('<rsc_location rsc="a" id="cli-ban-a-on-node1"/><rsc_location id="cli-prefer-b" rsc="b"/><rsc_location id="mine-cli-x" rsc="b"/>') }, {}, { status: 'warning', evidence: 'cli-ban-a-on-node1 is left from a move or a ban; cli-prefer-b is left from a move or a ban' }],
  ['leftovers in single quotes and on several lines', noLeftovers, { 'cibadmin -Q': constrained("<rsc_location id='cli-ban-a' rsc='a'/><rsc_location\n\trsc=\"b\"\n\tid = \"cli-prefer-b\"\n/>") }, {}, { status: 'warning', evidence: 'cli-ban-a is left from a move or a ban; cli-prefer-b is left from a move or a ban' }],
  ['a leftover in a comment is none', noLeftovers, { 'cibadmin -Q': constrained('<!-- <rsc_location id="cli-ban-a" rsc="a"/> -->') }, {}, { status: 'ok' }],
  ['an id that another one refers to is no leftover', noLeftovers, { 'cibadmin -Q': constrained('<rsc_location id="mine" rsc="a"><rule id="cli-r"/></rsc_location>') }, {}, { status: 'ok' }],
  ['clocks within reach of each other', clocksAgree, { clock: { least: -600, most: 300 } }, { clock: { least: 700, most: 1200 } }, { status: 'ok', evidence: 'within 1 s of each other' }],
  ['a clock behind', clocksAgree, { clock: { least: 0, most: 300 } }, { clock: { least: -5300, most: -5000 } }, { status: 'warning', evidence: 'node2 is 5 s behind node1' }],
  ['no clock', clocksAgree, { clock: { least: 0, most: 300 } }, { clock: undefined }, { status: 'warning', evidence: 'node2 does not tell the time' }],
  ['daemons', daemonsRunAndStart, { 'state of units': unit('active', 'enabled') }, { 'state of units': unit('active', 'enabled') }, { status: 'ok' }],
  ['a dead daemon', daemonsRunAndStart, { 'state of units': unit('active', 'enabled') }, { 'state of units corosync.service': unit('failed', 'enabled'), 'state of units pacemaker.service': unit('active', 'disabled') }, { status: 'failed', evidence: 'node2: corosync.service is failed; node2: pacemaker.service is disabled at boot' }],
  ['a mask', noInstallTraps(clusterOf()), { 'state of units': unit('active', 'enabled'), 'state of units apache2.service': unit('inactive', 'masked-runtime'), 'corosync-cmapctl': new Map() }, undefined, { status: 'failed', evidence: 'node1: apache2.service is masked-runtime' }],
  ['the shipped cluster', noInstallTraps(clusterOf()), { 'state of units': unit('active', 'enabled'), 'corosync-cmapctl': debian }, undefined, { status: 'failed', evidence: 'node1: corosync runs the cluster that Debian ships, on 127.0.0.1' }],
  ['apache by systemd', clusterAloneRunsServices(clusterOf()), { 'state of units': unit('inactive', 'disabled') }, { 'state of units': unit('active', 'enabled') }, { status: 'failed', evidence: 'node2: systemd starts apache2.service at boot; node2: systemd runs apache2.service' }],
  ['a unit that is a resource runs, and is not enabled', clusterAloneRunsServices(clusterOf(systemd)), { 'state of units': unit('active', 'disabled') }, undefined, { status: 'ok', evidence: 'nginx.service: not by systemd' }],
  ['versions', sameVersions, { crm_mon: state, 'installed packages': '3.1.7' }, { crm_mon: state, 'installed packages': '3.1.7' }, { status: 'ok', evidence: 'corosync 3.1.7, pacemaker 3.1.7' }],
  ['mixed packages', sameVersions, { crm_mon: state, 'installed packages': '3.1.7' }, { crm_mon: state, 'installed packages pacemaker': '3.1.7', 'installed packages corosync': '3.1.9' }, { status: 'failed', evidence: 'corosync 3.1.7 on node1 and 3.1.9 on node2' }],
  ['a node not restarted since', sameVersions, { crm_mon: withFeatures('3.16.1', '3.17.0'), 'installed packages': '3' }, { crm_mon: undefined, 'installed packages': '3' }, { status: 'failed', evidence: 'node1: pacemaker runs with feature set 3.16.1 on node1 and 3.17.0 on node2' }],
  ['a node not restarted for so long that it has none', sameVersions, { crm_mon: withFeatures('3.16.1', '<3.15.1'), 'installed packages': '3', 'attrd_updater -Q': ['node1'] }, { crm_mon: undefined, 'installed packages': '3', 'attrd_updater -Q': ['node1'] }, { status: 'failed', evidence: 'node1: pacemaker runs with feature set 3.16.1 on node1 and <3.15.1 on node2' }],
  ['lost attributes are no other version', sameVersions, { crm_mon: withFeatures('<3.15.1', '3.16.1'), 'installed packages': '3', 'attrd_updater -Q': ['node1', 'node2'] }, { crm_mon: undefined, 'installed packages': '3', 'attrd_updater -Q': [] }, { status: 'ok' }],
  ['lost attributes', attributesAreInCib, { crm_mon: withFeatures('<3.15.1', '<3.15.1'), 'attrd_updater -Q': [] }, { crm_mon: undefined, 'attrd_updater -Q': ['node1', 'node2'] }, { status: 'failed', evidence: 'those of node1 are lost; those of node2 are lost' }],
  ['none to ask', attributesAreInCib, { crm_mon: undefined }, { crm_mon: undefined }, { status: 'failed', evidence: 'node1: pacemaker does not answer; node2: pacemaker does not answer' }],
  ['none lost', attributesAreInCib, { crm_mon: withFeatures('3.16.1', '<3.15.1'), 'attrd_updater -Q': ['node1'] }, { crm_mon: undefined, 'attrd_updater -Q': ['node1'] }, { status: 'ok', evidence: 'of all nodes' }],
]

for (const [title, check, one, other, verdict] of cases) {
  test(`verify: ${title}`, async t => t.like(await check(scopeOf({ node1: one, node2: other })), verdict))
}

test('each assertion says what it proves, in a sentence of its own', t => {
  const cluster = clusterOf()
  const meanings = verify.tasks({ cluster, node: cluster.nodes[0]! }).map(task => 'meaning' in task ? task.meaning : undefined)
  t.true(meanings.every(meaning => meaning !== undefined && /^[A-Zs`].+\.$/.test(meaning)))
  t.is(new Set(meanings).size, meanings.length)
})

test('where no Apache is declared there is no page to ask for, and udpu counts no packets', t => {
  const names = (more: object) => {
    const cluster = clusterOf(more)
    return verify.tasks({ cluster, node: cluster.nodes[0]! }).map(({ name }) => name)
  }
  const lacks = (more: object) => names({}).filter(name => !names(more).includes(name))
  t.deepEqual(lacks({ resources: { WebSite: false } }), ['the cluster alone runs its services', 'the page answers through the floating IP'])
  t.deepEqual(lacks({ corosync: { transport: 'udpu', crypto_cipher: 'none', crypto_hash: 'none' } }), ['links carry traffic'])
})
