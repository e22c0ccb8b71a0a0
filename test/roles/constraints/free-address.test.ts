import test from 'ava'
import { addressIsFree } from '../../../roles/constraints/free-address.js'
import { TaskError } from '../../../runner/errors.js'
import type { AddressUse } from '../../../runner/facts/address-use.js'
import { clusterOf, scopeOf } from '../corosync/cluster.js'

const cibWith = (...resources: string[]) =>
  `<cib><configuration><resources>${resources.join('')}</resources></configuration></cib>`
const primitive = (type: string, ...pairs: string[]) =>
  `<primitive id="FloatIP" class="ocf" provider="heartbeat" type="${type}"><instance_attributes id="FloatIP-params">${pairs.join('')}</instance_attributes></primitive>`
const pair = (ip: string) => `<nvpair id="FloatIP-params-ip" name="ip" value="${ip}"/>`
const ours = pair('192.168.0.10')
const cib = (ip: string) => cibWith(primitive('IPaddr2', pair(ip)))
const check = async (text: string, one: AddressUse, other: AddressUse | undefined) =>
  addressIsFree(clusterOf(), []).check(
    scopeOf({ node1: { 'cibadmin -Q': text, 'use of addresses': one }, node2: other && { 'use of addresses': other } }),
  )

test('a free address passes, also with an unreachable node', async t => {
  t.deepEqual(await check('<cib/>', {}, {}), [])
  t.deepEqual(await check('<cib/>', {}, undefined), [])
})

test('once the cluster has a resource for the address, any answer passes', async t => {
  t.deepEqual(await check(cib('192.168.0.10'), { interface: 'eth0' }, { mac: 'x' }), [])
})

test('a resource for an address with the same beginning does not count', async t => {
  await t.throwsAsync(check(cib('192.168.0.101'), {}, { mac: 'x' }), { instanceOf: TaskError })
})

const bringsItUp: Record<string, string> = {
  'attributes in another order': cibWith(primitive('IPaddr2', '<nvpair id="i" value="192.168.0.10" name="ip"/>')),
  'the name last, and a closing tag': cibWith(
    primitive('IPaddr2', '<nvpair value="192.168.0.10" id="i" name="ip"></nvpair>'),
  ),
  'single quotes': cibWith(primitive('IPaddr2', "<nvpair id='i' name='ip' value='192.168.0.10'/>")),
  'one attribute a line': cibWith(primitive('IPaddr2', '<nvpair\n\tid="i"\n\tname="ip"\n\tvalue = "192.168.0.10"\n/>')),
  'the older agent': cibWith(primitive('IPaddr', ours)),
  'a member of a group': cibWith(`<group id="G">${primitive('IPaddr2', ours)}</group>`),
  'the agent of a template': cibWith(
    '<template id="T" class="ocf" provider="heartbeat" type="IPaddr2"/>',
    `<primitive id="A" template="T"><instance_attributes id="s">${ours}</instance_attributes></primitive>`,
  ),
  'the parameter of a template': cibWith(
    `<template id="T" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="s">${ours}</instance_attributes></template>`,
    '<primitive id="A" template="T"/>',
  ),
  'a shared set': cibWith(
    primitive('IPaddr2', ours).replaceAll('FloatIP', 'Other'),
    '<primitive id="A" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id-ref="Other-params"/></primitive>',
  ),
  'a shared pair': cibWith(
    primitive('Dummy', ours.replace('name="ip"', 'name="address"')),
    '<primitive id="A" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="s"><nvpair id-ref="FloatIP-params-ip" name="ip"/></instance_attributes></primitive>',
  ),
}

for (const [title, text] of Object.entries(bringsItUp)) {
  test(`recognized as a resource for the address: ${title}`, async t =>
    t.deepEqual(await check(text, { interface: 'eth0' }, {}), []))
}

const doesNot: Record<string, string> = {
  'the parameter of another agent': cibWith(primitive('apache', ours)),
  'a comment': cibWith(`<!-- ${primitive('IPaddr2', ours)} -->`),
  'a parameter in a comment': cibWith(primitive('IPaddr2', `<!--${ours}-->`)),
  'a meta attribute': cibWith(primitive('IPaddr2', ours).replaceAll('instance_attributes', 'meta_attributes')),
  'an attribute of a node': `<cib><configuration><nodes><node id="1" uname="node1"><instance_attributes id="s">${ours}</instance_attributes></node></nodes><resources/></configuration></cib>`,
  'a template that another value overrides': cibWith(
    `<template id="T" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="s">${ours}</instance_attributes></template>`,
    `<primitive id="A" template="T"><instance_attributes id="r">${pair('192.168.0.11')}</instance_attributes></primitive>`,
  ),
}

for (const [title, text] of Object.entries(doesNot)) {
  test(`not a resource for the address: ${title}`, async t => {
    await t.throwsAsync(check(text, { interface: 'eth0' }, {}), { instanceOf: TaskError })
  })
}

test('an address on a node’s own interface is taken', async t => {
  const error = await t.throwsAsync(check('<cib/>', {}, { interface: 'eth0' }), {
    instanceOf: TaskError,
    message: '192.168.0.10 is on eth0 of node2 already, and the cluster has not brought it up',
  })
  t.regex(error.hint!, /ip address del/)
})

test('an address that another machine answers for is taken', async t => {
  await t.throwsAsync(check('<cib/>', { mac: '02:00:00:00:00:01' }, {}), {
    instanceOf: TaskError,
    message: '192.168.0.10 is taken: 02:00:00:00:00:01 answers ARP for it in the network of node1',
  })
})
