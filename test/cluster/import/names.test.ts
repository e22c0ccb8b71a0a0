import test from 'ava'
import { clusterName, groupName, inventoryNames, keptName } from '../../../runner/cluster/import/names.js'
import { typedNodes } from '../../../runner/cluster/import/typed-node.js'
import { UsageError } from '../../../runner/errors.js'

const member = (pacemakerName?: string, corosyncName?: string) => ({
  pacemakerName,
  corosyncName,
  addresses: new Map<number, string>(),
  others: new Map<string, string>(),
})

const names: [string, ReturnType<typeof member>[], string[]][] = [
  ['a host name stays', [member('node1'), member('WEB-2')], ['node1', 'WEB-2']],
  ['an FQDN becomes its first label', [member('node1.example.com'), member('node2.example.com')], ['node1', 'node2']],
  ['the same first label in two domains', [member('web.a'), member('web.b')], ['web', 'web-b']],
  ['an address is replaced by a made-up name', [member('192.168.0.1'), member('192.168.0.2')], ['node1', 'node2']],
  ['a name that is no label becomes one', [member('node_1')], ['node-1']],
  ['no node has a name', [member(), member()], ['node1', 'node2']],
  ["a made-up name is not another node's", [member(), member('node1')], ['node2', 'node1']],
  ["Corosync's name if Pacemaker has none", [member(undefined, 'alpha')], ['alpha']],
  [
    'localhost is replaced by a made-up name',
    [member('localhost'), member('localhost.localdomain')],
    ['node1', 'localhost-localdomain'],
  ],
]
for (const [title, members, expected] of names)
  test(`inventory names: ${title}`, t => t.deepEqual(inventoryNames(members), expected))

test("node_name is the name in the node list, or else Pacemaker's, if the inventory name differs", t => {
  t.is(keptName(member('node1', 'node1'), 'node1'), undefined)
  t.is(keptName(member('node1.example.com'), 'node1'), 'node1.example.com')
  t.is(keptName(member('node1', 'node1.example.com'), 'node1'), 'node1.example.com')
  t.is(keptName(member(), 'node1'), undefined)
})

test("the group has the cluster's name, made valid for Ansible", t => {
  t.deepEqual(
    ['web', 'my-web.1', '2webs', 'all', 'node1', 'Ungrouped'].map(name => groupName(name, ['node1'])),
    ['web', 'my_web_1', '_2webs', 'all_cluster', 'node1_cluster', 'Ungrouped_cluster'],
  )
})

test("the name of the cluster is Corosync's, or else the CIB's, or else made up", t => {
  t.is(clusterName('web', 'other').name, 'web')
  t.like(clusterName('', 'other'), { name: 'other' })
  t.like(clusterName(undefined, undefined), { name: 'cluster1', remark: 'made up: the cluster runs without a name' })
  t.is(clusterName('debian', undefined).name, 'cluster1')
  t.is(clusterName(' my web! ', undefined).name, 'my-web')
})

test('nodes are named as for ssh, and each counts once', t => {
  t.deepEqual(typedNodes(['node1', 'admin@192.168.0.2', 'node1']), [
    { name: 'node1', connection: { host: 'node1' } },
    { name: '192.168.0.2', connection: { host: '192.168.0.2', user: 'admin' } },
  ])
})
for (const argument of ['', '-oProxyCommand=x', 'a b', '@node1', 'admin@', '-l@node1', 'ssh://node1', 'admin@-x']) {
  test(`not a node: ${JSON.stringify(argument)}`, t => {
    t.throws(() => typedNodes([argument]), { instanceOf: UsageError })
  })
}
