import test from 'ava'
import { drillObstacle, holderOf } from '../../../roles/drill/obstacle.js'
import { serverOf } from '../../../roles/drill/visitors.js'
import { failedOperations } from '../../../roles/drill/restore.js'
import { clusterOf } from '../corosync/cluster.js'
import { stateOf, type ShortState } from '../verify/state.js'

const serving: ShortState = { resources: { FloatIP: ['node1'], WebSite: ['node1'] } }

const obstacle = test.macro<[Partial<ShortState>, string | undefined]>({
  exec: (t, state, expected) => {
    t.is(drillObstacle('node1', stateOf({ ...serving, ...state }), ['node3']), expected)
  },
  title: (name = '') => `before a drill: ${name}`,
})

test('nothing amiss', obstacle, {}, undefined)
test('maintenance mode', obstacle, { maintenance: true }, 'the cluster is in maintenance mode, in which Pacemaker moves nothing')
test('itself in standby', obstacle, { standby: ['node1'] }, 'node1 is in standby')
test('another one in standby', obstacle, { standby: ['node2'] }, 'node2 is in standby')
test('one of ours', obstacle, { nodes: ['node1', 'node2', 'node3'], standby: ['node3'] }, 'node3 is in standby, left by an interrupted run: `ha-run site` takes that back')
test('a node that is away', obstacle, { offline: ['node2'] }, 'node2 is not a full member')
test('a node that Pacemaker does not know', obstacle, { nodes: ['node2', 'node3'] }, 'pacemaker knows no node node1')

test('without Pacemaker', t => {
  t.is(drillObstacle('node1', undefined, []), 'pacemaker answers on no node')
})

test('who has the address: by the resource that bears it, wherever it stands', t => {
  t.is(holderOf(['FloatIP'], stateOf(serving)), 'node1')
  t.is(holderOf(['FloatIP'], stateOf({ resources: { 'group/FloatIP': ['node2'], WebSite: ['node2'] } })), 'node2')
  t.is(holderOf(['FloatIP'], stateOf({ resources: { FloatIP: [], 'WebSite-clone/WebSite': ['node1', 'node2'] } })), undefined)
})

test('who serves an answer', t => {
  const nodes = clusterOf().nodes
  const named = serverOf({ page: '<p>{node}</p>', nodes, explicit: { page: '<p>{node}</p>' } })
  t.is(named({ status: 200, body: '<p>node2</p>' }), 'node2')
  t.throws(() => named({ status: 200, body: '<p>node9</p>' }), { message: 'another page than the declared one' })
  t.throws(() => named({ status: 503, body: '<p>node2</p>' }), { message: 'HTTP 503' })
  t.is(serverOf({ page: 'the same', nodes, explicit: { page: 'the same' } })({ status: 200, body: 'the same' }), '')
})

test('where no page is declared, somebody\'s own is one too', t => {
  const own = serverOf({ page: '<p>{node}</p>', nodes: clusterOf().nodes, explicit: {} })
  t.is(own({ status: 200, body: 'Our shop' }), '')
  t.is(own({ status: 200, body: '<p>node2</p>' }), 'node2')
  t.throws(() => own({ status: 404, body: '' }), { message: 'HTTP 404' })
})

test('which failures are to be forgotten', t => {
  const { failures } = stateOf({ resources: {}, failures: [['WebSite_monitor_10000', 'node1', 'not running', ''], ['WebSite_start_0', 'node1', 'error', ''], ['my_ip_stop_0', 'node2', 'error', ''], ['x_migrate_to_0', 'node1', 'error', '']] })
  t.deepEqual(failedOperations(failures).map(({ resource, node }) => `${resource} on ${node}`), ['WebSite on node1', 'my_ip on node2', 'x on node1'])
})
