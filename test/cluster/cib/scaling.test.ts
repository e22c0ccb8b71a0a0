import test from 'ava'
import { candidate } from '../../../runner/cluster/cib/cib.js'
import type { Constraint, Resource } from '../../../runner/cluster/declaration/declaration.js'
import { resourcesWithAddress } from '../../../runner/cluster/cib/identity.js'
import { floatingIps } from '../../../runner/cluster/import/floating-ips.js'
import { parseXml } from '../../../runner/cluster/pacemaker/xml.js'
import { readsOf } from '../counted-reads.js'

const empty =
  '<cib epoch="1" num_updates="0" admin_epoch="0"><configuration><crm_config/><nodes/><resources/><constraints/></configuration><status/></cib>'

/** So many resources, each with the one before it. */
function declared(count: number) {
  const resources = Array.from({ length: count }, (_, at): Resource => ({
    kind: 'primitive',
    id: `r${at}`,
    agent: 'ocf:heartbeat:Dummy',
    params: { state: `/run/r${at}` },
    operations: [{ name: 'monitor', interval: '10s', timeout: '20s', options: {} }],
    meta: {},
  }))
  const constraints = resources.slice(1).map(({ id }, at): Constraint => ({
    kind: 'colocation',
    id: `${id}-with-r${at}`,
    resource: id,
    with: `r${at}`,
    score: 'INFINITY',
  }))
  return { resources, constraints }
}

interface Reads {
  making: number
  comparing: number
  removing: number
}

/** How often attributes are read while a CIB with so many resources is made, compared again, and emptied. */
function readsFor(count: number): Reads {
  let text = ''
  return {
    making: readsOf(() => {
      text = candidate(empty, declared(count)).text
    }),
    comparing: readsOf(() => {
      if (candidate(text, declared(count)).differences.length > 0)
        throw new Error('the CIB differs from what it was made from')
    }),
    removing: readsOf(() => {
      const { differences } = candidate(text, { resources: [], constraints: [] })
      if (differences.length < 2 * count - 1) throw new Error('something was not removed')
    }),
  }
}

test('four times as many resources take at most five times the work', t => {
  const [few, many] = [readsFor(40), readsFor(160)]
  for (const work of ['making', 'comparing', 'removing'] as const)
    t.true(many[work] < 5 * few[work], `${work}: ${few[work]} and ${many[work]} reads`)
})

/** A CIB in which each address comes from a template, and once more from a set that the template shares. */
function cibWithReferences(count: number): string {
  const objects = Array.from(
    { length: count },
    (_, at) => `<template id="t${at}" class="ocf" provider="heartbeat" type="IPaddr2">
      <instance_attributes id="s${at}"><nvpair id="n${at}" name="ip" value="10.0.${at >> 8}.${at & 255}"/></instance_attributes></template>
    <primitive id="p${at}" template="t${at}"/>
    <primitive id="q${at}" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id-ref="s${at}"/></primitive>`,
  )
  return empty.replace('<resources/>', `<resources>${objects.join('')}</resources>`)
}

test('references to templates and shared sets are found without a search of the whole CIB', t => {
  const readsFor = (count: number) => {
    const text = cibWithReferences(count)
    return readsOf(() => {
      if (resourcesWithAddress(text, '10.0.0.1').length !== 2) throw new Error('the address was not found twice')
      if (floatingIps(parseXml(text), []).length !== count) throw new Error('the import did not find all addresses')
    })
  }
  t.true(readsFor(160) < 5 * readsFor(40))
})
