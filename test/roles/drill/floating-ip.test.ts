import test from 'ava'
import { floatingIpNode, followedAddress } from '../../../roles/drill/floating-ip.js'
import { stateOf, type ShortState } from '../verify/state.js'

const serving: ShortState = { resources: { FloatIP: ['node1'], WebSite: ['node1'] } }

test('the node that runs the resource of the floating IP, also inside a group', t => {
  t.is(floatingIpNode(['FloatIP'], stateOf(serving)), 'node1')
  t.is(floatingIpNode(['FloatIP'], stateOf({ resources: { 'group/FloatIP': ['node2'], WebSite: ['node2'] } })), 'node2')
  t.is(
    floatingIpNode(['FloatIP'], stateOf({ resources: { FloatIP: [], 'WebSite-clone/WebSite': ['node1', 'node2'] } })),
    undefined,
  )
})

test('a round follows the first address that its node has', t => {
  const addresses = [
    { address: '192.168.0.10', ids: ['One'] },
    { address: '192.168.0.11', ids: ['Two'] },
    { address: '192.168.0.12', ids: ['Three'] },
  ]
  const state = stateOf({
    nodes: ['node1', 'node2', 'node3'],
    resources: { One: ['node1'], Two: ['node2'], Three: ['node2'] },
  })
  const followed = (node: string) => followedAddress(addresses, state, node).address
  t.deepEqual(['node1', 'node2', 'node3'].map(followed), ['192.168.0.10', '192.168.0.11', '192.168.0.10'])
  t.is(followedAddress(addresses, undefined, 'node2').address, '192.168.0.10')
})
