import test from 'ava'
import { outstanding, type View } from '../../../roles/drill/takeover.js'
import type { End } from '../../../roles/drill/faults/way.js'
import { stateOf } from '../verify/state.js'

const before = stateOf({ resources: { FloatIP: ['node1'], WebSite: ['node1'] } })
const ring = { ringId: '1.9', nodes: 2 }
const alone = { ringId: '2.d', nodes: 1 }
const moved = { FloatIP: ['node2'], WebSite: ['node2'] }
const fine: View = { state: before, before, rings: [ring, ring], holder: 'node1', node: 'node1', elapsed: 1000, hasFailed: false, isWell: true }

const left = test.macro({
  exec: (t, end: End, view: Partial<View>, expected: string | undefined) => {
    t.is(outstanding(end, { ...fine, ...view }), expected)
  },
  title: (name = '', end: End) => `over ${end}: ${name}`,
})

test('nothing yet', left, 'elsewhere', {}, 'not noticed yet')
test('visitors notice first', left, 'elsewhere', { hasFailed: true, isWell: false }, 'the floating IP is still on node1')
test('Corosync has noticed, Pacemaker not yet', left, 'elsewhere', { rings: [ring, alone] }, 'the floating IP is still on node1')
test('on its way', left, 'elsewhere', { rings: [ring, alone], holder: undefined, state: stateOf({ offline: ['node1'], resources: { FloatIP: [], WebSite: [] } }) }, 'FloatIP, WebSite not started')
test('half there', left, 'elsewhere', { holder: 'node2', state: stateOf({ standby: ['node1'], resources: { FloatIP: ['node2'], WebSite: [] } }) }, 'WebSite not started')
test('there, and not answering', left, 'elsewhere', { holder: 'node2', state: stateOf({ standby: ['node1'], resources: moved }), isWell: false }, 'the page does not answer well')
test('there', left, 'elsewhere', { holder: 'node2', state: stateOf({ standby: ['node1'], resources: moved }) }, undefined)
test('a node that did not have the address, nothing yet', left, 'elsewhere', { node: 'node2' }, 'not noticed yet')
test('a node that did not have the address, gone', left, 'elsewhere', { node: 'node2', rings: [ring, alone] }, undefined)
test('a clone has fewer instances without the node', left, 'elsewhere', {
  before: stateOf({ resources: { 'WebSite-clone/WebSite': ['node1', 'node2'], FloatIP: ['node1'] } }), holder: 'node2',
  state: stateOf({ standby: ['node1'], resources: { 'WebSite-clone/WebSite': ['node2'], FloatIP: ['node2'] } }),
}, undefined)
test('nobody answers', left, 'elsewhere', { state: undefined }, 'pacemaker does not answer')

test('killed, nothing yet', left, 'anywhere', {}, 'not noticed yet')
test('killed, however long', left, 'anywhere', { elapsed: 60_000 }, 'not noticed yet')
test('killed, Pacemaker still believes in the node', left, 'anywhere', { elapsed: 9000, rings: [ring, alone] }, 'not noticed yet')
test('killed, moved', left, 'anywhere', { rings: [ring, alone], holder: 'node2', state: stateOf({ offline: ['node1'], resources: moved }) }, undefined)
test('killed, back at once, and things may still happen', left, 'anywhere', { rings: [ring, { ...ring, ringId: '1.11' }] }, 'not noticed yet')
test('killed, back at once', left, 'anywhere', { elapsed: 9000, rings: [ring, { ...ring, ringId: '1.11' }] }, undefined)
test('killed, and started again in place', left, 'anywhere', { elapsed: 9000, hasFailed: true }, undefined)
test('killed, visitors are still turned away', left, 'anywhere', { elapsed: 9000, hasFailed: true, isWell: false }, 'the page does not answer well')

test('nothing need come of it, too early to tell', left, 'unnoticed', {}, 'not noticed yet')
test('nothing came of it', left, 'unnoticed', { elapsed: 9000 }, undefined)
