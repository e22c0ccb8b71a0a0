import test from 'ava'
import { UsageError } from '../../runner/errors.js'
import { checkCount, checkName, labOf, labNetworks, isNetnsOf, maxNodes } from '../../runner/lab/names.js'

test("nodes have the tutorial's addresses, and no two machines or plugs the same", t => {
  const { machines, plugs, backups } = labOf('demo', maxNodes, { plugs: true, arbiter: true })
  const addresses = [...machines, ...plugs, ...backups].map(({ address }) => address)
  t.deepEqual(addresses.slice(0, 2), ['192.168.0.1', '192.168.0.2'])
  t.deepEqual(addresses.slice(8, 10), ['192.168.0.9', '192.168.0.30'])
  t.is(new Set([...addresses, labNetworks[4].floatingIp, labNetworks[4].gateway]).size, 3 * maxNodes + 3)
  t.true(addresses.every(address => Number(address.split('.')[3]) < 254))
})

test("a lab's name is safe in paths, namespaces and host names", t => {
  for (const good of ['demo', 'a', 'test-12', 'a'.repeat(30)]) t.notThrows(() => checkName(good))
  for (const bad of ['', 'A', '1a', 'a.b', '../x', 'a b', 'a/b', '-a', 'a'.repeat(31)]) {
    t.throws(() => checkName(bad), { instanceOf: UsageError })
  }
})

test('a lab has 1 to 64 nodes', t => {
  for (const good of [1, 2, 64]) t.notThrows(() => checkCount(good))
  for (const bad of [0, -1, 65, 1.5, NaN]) t.throws(() => checkCount(bad), { instanceOf: UsageError })
})

test("a lab's namespaces do not match a lab whose name begins alike", t => {
  t.true(isNetnsOf('demo', 'ha-run.demo'))
  t.true(isNetnsOf('demo', 'ha-run.demo.node1'))
  t.false(isNetnsOf('demo', 'ha-run.demo-2'))
  t.false(isNetnsOf('demo', 'ha-run.demo-2.node1'))
  t.false(isNetnsOf('demo', 'demo'))
})
