import test from 'ava'
import { withoutLinks } from '../../../runner/cluster/rollout/reload.js'
import { unchangedLinks } from '../../../runner/cluster/rollout/rollout-plan.js'

/** Addresses by node and link, as flattened keys. */
function links(...nodes: string[][]): Map<string, string> {
  return new Map(
    nodes.flatMap((addresses, node) =>
      addresses.map((address, link) => [`nodelist.nodeid.${node + 1}.ring${link}_addr`, address] as const),
    ),
  )
}

const keeps = test.macro({
  exec: (t, before: Map<string, string>, after: Map<string, string>, expected: number[]) => {
    t.deepEqual(unchangedLinks(before, after), expected)
  },
  title: (name = '') => `a link that stays: ${name}`,
})

const two = links(['a1', 'b1'], ['a2', 'b2'])
test('another link is added', keeps, links(['a1'], ['a2']), two, [0])
test('the other link changes', keeps, two, links(['a1', 'c1'], ['a2', 'c2']), [0])
test('both links change', keeps, two, links(['c1', 'd1'], ['c2', 'd2']), [])
test('the only link changes on one node', keeps, links(['a1'], ['a2']), links(['a1'], ['c2']), [])
test('the two links swap addresses', keeps, two, links(['b1', 'a1'], ['b2', 'a2']), [])
test('a link with another node counts as changed', keeps, links(['a1'], ['a2']), links(['a1'], ['a2'], ['a3']), [])

test('removing links from a corosync.conf keeps everything else', t => {
  const conf =
    'nodelist {\n\tnode {\n\t\tring0_addr: 192.168.0.1\n\t\tring1_addr: 10.9.1.1\n\t\tring10_addr: 10.9.9.1\n\t\tname: node1\n\t}\n}\n'
  t.is(withoutLinks(conf, [1]), conf.replace('\t\tring1_addr: 10.9.1.1\n', ''))
  t.is(withoutLinks(conf, [0, 1]), conf.replace('\t\tring0_addr: 192.168.0.1\n\t\tring1_addr: 10.9.1.1\n', ''))
})
