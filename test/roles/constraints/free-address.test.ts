/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import { z } from 'zod'
import { addressIsFree, addressUse, addressUseOf, type AddressUse } from '../../../roles/constraints/free-address.js'
import { TaskError } from '../../../runner/errors.js'
import { clusterOf, scopeOf } from '../corosync/cluster.js'

/** What `ip -o -4 addr show to` and `ip neigh show to` print, and who has the address. */
const schema = z.strictObject({ own: z.string(), neighbour: z.string(), use: z.strictObject({ interface: z.string().optional(), mac: z.string().optional() }) })

const folder = join('test', 'cases', 'constraints', 'address-use')
for (const file of readdirSync(folder).toSorted()) {
  const { own, neighbour, use } = schema.parse(load(readFileSync(join(folder, file), 'utf8')))
  test(`who has an address: ${file.replace('.yml', '')}`, t => t.deepEqual(addressUseOf(own, neighbour), use))
}

test('the question is one that sh can read, and its answers are told apart', t => {
  const { family } = addressUse('192.168.0.10')
  t.is(spawnSync('sh', ['-n'], { input: family.script(['192.168.0.10', '192.168.0.11']) }).stderr.toString(), '')
  const stdout = ['2: eth0    inet 192.168.0.10/24 scope global eth0\n', '', '', '192.168.0.11 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE', ''].join('\0')
  t.deepEqual(family.parse({ stdout } as never, ['192.168.0.10', '192.168.0.11']), [{ interface: 'eth0' }, { mac: '02:00:00:00:00:01' }])
})

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
