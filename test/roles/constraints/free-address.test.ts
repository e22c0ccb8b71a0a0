import test from 'ava'
import { addressIsFree } from '../../../roles/constraints/free-address.js'
import { TaskError } from '../../../runner/errors.js'
import type { AddressUse } from '../../../runner/facts/address-use.js'
import { clusterOf, scopeOf } from '../corosync/cluster.js'

const cib = (ip: string) => `<cib><nvpair id="FloatIP-instance_attributes-ip" name="ip" value="${ip}"/></cib>`
const looks = async (text: string, one: AddressUse, other: AddressUse | undefined) =>
  addressIsFree('free', clusterOf(), []).check(scopeOf({ node1: { 'cibadmin -Q': text, 'who has an address': one }, node2: other && { 'who has an address': other } }))

test('a free address is fine, beside an unreachable node too', async t => {
  t.deepEqual(await looks('<cib/>', {}, {}), [])
  t.deepEqual(await looks('<cib/>', {}, undefined), [])
})

test('once the cluster has a resource for it, whoever answers is ours', async t => {
  t.deepEqual(await looks(cib('192.168.0.10'), { interface: 'eth0' }, { mac: 'x' }), [])
})

test('a resource for a longer address is another one', async t => {
  await t.throwsAsync(looks(cib('192.168.0.101'), {}, { mac: 'x' }), { instanceOf: TaskError })
})

test('an address on a node’s own interface is taken', async t => {
  const error = await t.throwsAsync(looks('<cib/>', {}, { interface: 'eth0' }), { instanceOf: TaskError, message: '192.168.0.10 is on eth0 of node2 already, and not by the cluster\'s doing' })
  t.regex(error.hint!, /ip address del/)
})

test('an address that somebody answers for is taken', async t => {
  await t.throwsAsync(looks('<cib/>', { mac: '02:00:00:00:00:01' }, {}), { instanceOf: TaskError, message: '192.168.0.10 is taken: 02:00:00:00:00:01 answers for it, as node1 sees' })
})
