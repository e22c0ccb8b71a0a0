import test from 'ava'
import { declaredWithoutEffect } from '../../../runner/cluster/cib/without-effect.js'
import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'

const cib = (properties: string, nodes = '') =>
  `<cib><configuration><crm_config><cluster_property_set id="o">${properties}</cluster_property_set></crm_config><nodes>${nodes}</nodes><resources/><constraints/></configuration></cib>`
const property = (name: string, value: string) => `<nvpair id="o-${name}" name="${name}" value="${value}"/>`
const node = (id: string, memory: string) =>
  `<node id="${id}" uname="node${id}"><utilization id="u${id}"><nvpair id="m${id}" name="memory" value="${memory}"/></utilization></node>`

const needing = (memory: string) =>
  ({
    resources: [
      { kind: 'primitive', id: 'DB', agent: 'ocf:x:y', params: {}, operations: [], meta: {}, utilization: { memory } },
    ],
  }) as unknown as Cluster

test('utilization without a strategy has no effect', t => {
  const [warning, ...others] = declaredWithoutEffect(cib(''), needing('5'))
  t.regex(warning!, /^utilization is declared, and Pacemaker ignores it: .*placement-strategy/)
  t.deepEqual(others, [])
  t.is(declaredWithoutEffect(cib(property('placement-strategy', 'default')), needing('5')).length, 1)
  const ofNodes = { resources: [], nodeValues: [{ node: 'node1', attributes: {}, utilization: { cpu: '1' } }] }
  t.is(declaredWithoutEffect(cib(''), ofNodes as unknown as Cluster).length, 1)
})

test('a resource that needs more than any node has', t => {
  const balanced = cib(property('placement-strategy', 'balanced'), node('1', '4') + node('2', '7'))
  t.deepEqual(declaredWithoutEffect(balanced, needing('7')), [])
  t.deepEqual(declaredWithoutEffect(balanced, needing('8')), [
    'DB needs 8 of memory, and no node has more than 7: it cannot run',
  ])
})

test('access control that is not enabled', t => {
  const declared = { resources: [], acls: { roles: [], holders: [] } } as unknown as Cluster
  t.regex(declaredWithoutEffect(cib(''), declared)[0]!, /^acls are declared, and Pacemaker ignores them: .*enable-acl/)
  t.deepEqual(declaredWithoutEffect(cib(property('enable-acl', 'yes')), declared), [])
})

test('nothing declared, nothing to say', t => {
  const declared = {
    resources: [],
    nodeValues: [{ node: 'node1', attributes: { rack: 'a' }, utilization: {} }],
  } as unknown as Cluster
  t.deepEqual(declaredWithoutEffect(cib(''), declared), [])
})
