/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import { z } from 'zod'
import { interfacesWith } from '../../../runner/cluster/pacemaker/floating-ip.js'
import { constraintViolations } from '../../../roles/verify/constraints.js'
import { floatingIpOnOneNode } from '../../../roles/verify/floating-ip.js'
import { placementViolations, resourcesRunAsDeclared } from '../../../roles/verify/placement.js'
import { adminOverrides } from '../../../roles/verify/admin-overrides.js'
import { clusterOf, scopeOf } from '../corosync/cluster.js'
import { stateOf } from './state.js'

/** The declaration in addition to the defaults, the placement, and its violations. */
const schema = z.strictObject({
  declared: z.record(z.string(), z.unknown()).default({}),
  resources: z.record(z.string(), z.array(z.string())),
  flags: z.record(z.string(), z.record(z.string(), z.union([z.boolean(), z.string()]))).optional(),
  standby: z.array(z.string()).optional(),
  offline: z.array(z.string()).optional(),
  violations: z.array(z.string()),
  /** Violated constraints. */
  broken: z.array(z.string()).default([]),
  /** Settings of an admin; not checked if left out. */
  remarks: z.array(z.string()).optional(),
})

const folder = join('test', 'cases', 'verify', 'placement')
for (const file of readdirSync(folder).toSorted()) {
  const { declared, violations, broken, remarks, ...state } = schema.parse(
    load(readFileSync(join(folder, file), 'utf8')),
  )
  test(`placement: ${file.replace('.yml', '')}`, t => {
    const [cluster, seen] = [clusterOf(declared), stateOf(state)]
    t.deepEqual(placementViolations(cluster, seen), violations)
    t.deepEqual(constraintViolations(cluster, seen), broken)
    if (remarks) t.deepEqual(adminOverrides(cluster, seen), remarks)
  })
}

test('without violations, the headline shows where everything runs', async t => {
  const verdict = await resourcesRunAsDeclared(clusterOf())(
    scopeOf({
      node1: { crm_mon: stateOf({ resources: { FloatIP: ['node2'], WebSite: ['node2'] } }), 'cibadmin -Q': '<cib/>' },
    }),
  )
  t.like(verdict, {
    status: 'ok',
    evidence: 'FloatIP, WebSite on node2',
    headlines: [{ label: 'resources', text: 'FloatIP, WebSite on node2' }],
  })
})

test('disconnected nodes each run it once: a violation', async t => {
  const on = (node: string) => ({ crm_mon: stateOf({ resources: { FloatIP: [node], WebSite: [node] } }) })
  t.like(await resourcesRunAsDeclared(clusterOf())(scopeOf({ node1: on('node1'), node2: on('node2') })), {
    status: 'failed',
    evidence:
      'FloatIP runs on node1 and node2, according to different nodes; WebSite runs on node1 and node2, according to different nodes',
  })
})

test('in maintenance mode a stopped resource is a warning', async t => {
  const stopped = { crm_mon: stateOf({ resources: { FloatIP: ['node1'], WebSite: [] }, maintenance: true }) }
  t.like(await resourcesRunAsDeclared(clusterOf())(scopeOf({ node1: stopped, node2: stopped })), {
    status: 'warning',
    evidence: 'in maintenance mode: WebSite runs on no node',
  })
})

test('a violation if pacemaker does not answer', async t => {
  t.like(await resourcesRunAsDeclared(clusterOf())(scopeOf({ node1: { crm_mon: undefined } })), {
    status: 'failed',
    evidence: 'node1: pacemaker does not answer',
  })
})

const floatingIp = test.macro({
  exec: async (t, one: string[], other: string[] | undefined, status: 'ok' | 'failed', evidence: string) => {
    const scope = scopeOf({ node1: { 'ip addr show': one }, node2: other && { 'ip addr show': other } })
    t.like(await floatingIpOnOneNode(clusterOf())(scope), { status, evidence })
  },
  title: (name = '') => `the floating IP ${name}`,
})

test('on one node', floatingIp, ['eth0'], [], 'ok', '192.168.0.10 on eth0 of node1')
test('on the only reachable node', floatingIp, ['eth0'], undefined, 'ok', '192.168.0.10 on eth0 of node1')
test('on no node', floatingIp, [], [], 'failed', '192.168.0.10 is on no node')
test('on two nodes', floatingIp, ['eth0'], ['eth0'], 'failed', '192.168.0.10 is on eth0 of node1 and eth0 of node2')
test(
  'twice on one node',
  floatingIp,
  ['eth0', 'eth1'],
  [],
  'failed',
  '192.168.0.10 is on eth0 of node1 and eth1 of node1',
)

test('the interfaces of each address in the output of ip', t => {
  const { family } = interfacesWith('192.168.0.10')
  const stdout =
    '2: eth0    inet 192.168.0.10/24 scope global eth0\\ valid\n7: host0@if8    inet 192.168.0.10/24 scope global host0\n'
  t.deepEqual(family.parse({ stdout } as never, ['192.168.0.10', '192.168.0.11']), [['eth0', 'host0@if8'], []])
})
