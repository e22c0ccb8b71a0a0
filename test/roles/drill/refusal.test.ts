import test from 'ava'
import { drillRefusal } from '../../../roles/drill/refusal.js'
import { serverOf } from '../../../roles/drill/probes.js'
import { failedResources } from '../../../roles/drill/restore.js'
import { clusterOf } from '../corosync/cluster.js'
import { stateOf, type ShortState } from '../verify/state.js'

const serving: ShortState = { resources: { FloatIP: ['node1'], WebSite: ['node1'] } }

const refusal = test.macro<[Partial<ShortState>, string | undefined]>({
  exec: (t, state, expected) => {
    t.is(drillRefusal('node1', stateOf({ ...serving, ...state }), ['node3']), expected)
  },
  title: (name = '') => `drill refusal: ${name}`,
})

test('none for a healthy cluster', refusal, {}, undefined)
test(
  'maintenance mode',
  refusal,
  { maintenance: true },
  'the cluster is in maintenance mode, in which Pacemaker moves nothing',
)
test('the node is in standby', refusal, { standby: ['node1'] }, 'node1 is in standby')
test('another node is in standby', refusal, { standby: ['node2'] }, 'node2 is in standby')
test(
  'a standby of an interrupted run',
  refusal,
  { nodes: ['node1', 'node2', 'node3'], standby: ['node3'] },
  'node3 is in standby, left by an interrupted run: `ha-run site` ends it',
)
test('a node is offline', refusal, { offline: ['node2'] }, 'node2 is not a full member')
test('Pacemaker does not know the node', refusal, { nodes: ['node2', 'node3'] }, 'pacemaker knows no node node1')

test('drill refusal: Pacemaker does not answer', t => {
  t.is(drillRefusal('node1', undefined, []), 'pacemaker answers on no node')
})

test('the node that sent an answer', t => {
  const nodes = clusterOf().nodes
  const named = serverOf({ page: '<p>{node}</p>', nodes, explicit: { page: '<p>{node}</p>' } })
  t.is(named({ status: 200, body: '<p>node2</p>' }), 'node2')
  t.throws(() => named({ status: 200, body: '<p>node9</p>' }), { message: 'another page than the declared one' })
  t.throws(() => named({ status: 503, body: '<p>node2</p>' }), { message: 'HTTP 503' })
  t.is(serverOf({ page: 'the same', nodes, explicit: { page: 'the same' } })({ status: 200, body: 'the same' }), '')
})

test('if no page is declared, any page is accepted', t => {
  const own = serverOf({ page: '<p>{node}</p>', nodes: clusterOf().nodes, explicit: {} })
  t.is(own({ status: 200, body: 'Our shop' }), '')
  t.is(own({ status: 200, body: '<p>node2</p>' }), 'node2')
  t.throws(() => own({ status: 404, body: '' }), { message: 'HTTP 404' })
})

test('the resources whose failures are cleared', t => {
  const { failures } = stateOf({
    resources: {},
    failures: [
      ['WebSite_monitor_10000', 'node1', 'not running', ''],
      ['WebSite_start_0', 'node1', 'error', ''],
      ['my_ip_stop_0', 'node2', 'error', ''],
      ['x_migrate_to_0', 'node1', 'error', ''],
    ],
  })
  t.deepEqual(
    failedResources(failures).map(({ resource, node }) => `${resource} on ${node}`),
    ['WebSite on node1', 'my_ip on node2', 'x on node1'],
  )
})
