import test from 'ava'
import { resolveLinks } from '../../../runner/cluster/corosync/link-addresses.js'
import type { NodeReport } from '../../../runner/cluster/declaration/named-links.js'
import { ConnectError } from '../../../runner/errors.js'
import { clusterOf, scopeOf, type Answers } from '../../roles/corosync/cluster.js'

const conf = 'text of files /etc/corosync/corosync.conf'
const addresses = (address: string) => ({ 'ip -o addr show': [{ interface: 'eth0', address, prefix: 24 }] })
const ring = (...nodes: string[]) => `nodelist {\n${nodes.map(node => `node {\n${node}\n}\n`).join('')}}\n`

/** What `resolve` gets of these answers. */
async function reportsOf(nodes: Record<string, Answers | undefined>): Promise<readonly NodeReport[]> {
  let reports: readonly NodeReport[] = []
  const cluster = clusterOf()
  const resolve = (given: readonly NodeReport[]) => {
    reports = given
    return cluster.nodes.slice(1)
  }
  const declared = { ...cluster, unresolved: { names: ['pi.local'], resolve } }
  const { nodes: resolved, unresolved } = await resolveLinks(declared, scopeOf(nodes).members)
  if (unresolved || resolved.length !== 1) throw new Error('not resolved')
  return reports
}

test('a cluster of addresses costs no question', async t => {
  const cluster = clusterOf()
  t.is(await resolveLinks(cluster, scopeOf({ node1: {}, node2: {} }).members), cluster)
})

test('each reachable node reports its addresses, what it resolves, and its members', async t => {
  const names = { 'names as addresses pi.local': ['192.168.0.1'] }
  const reports = await reportsOf({
    node1: {
      ...addresses('192.168.0.1'),
      ...names,
      [conf]: ring('name: a\nring0_addr: 192.168.0.1', 'ring0_addr: 192.168.0.2', 'name: c\nring0_addr: c.example.net'),
    },
    node2: { ...addresses('192.168.0.2'), ...names, [conf]: undefined },
    node3: undefined,
  })
  const resolved = new Map([['pi.local', ['192.168.0.1']]])
  t.deepEqual(reports, [
    {
      node: 'node1',
      addresses: ['192.168.0.1'],
      resolved,
      ring: [
        { name: 'a', address: '192.168.0.1' },
        { name: '192.168.0.2', address: '192.168.0.2' },
      ],
    },
    { node: 'node2', addresses: ['192.168.0.2'], resolved, ring: [] },
  ])
})

test("Debian's default and a file that Corosync would refuse have no members", async t => {
  const names = { 'names as addresses pi.local': [] }
  const reports = await reportsOf({
    node1: { ...addresses('192.168.0.1'), ...names, [conf]: ring('name: node1\nring0_addr: 127.0.0.1') },
    node2: { ...addresses('192.168.0.2'), ...names, [conf]: 'nodelist {' },
  })
  t.deepEqual(
    reports.map(report => report.ring),
    [[], []],
  )
})

test('no node to ask is an error of the connection', async t => {
  await t.throwsAsync(reportsOf({ node1: undefined, node2: undefined }), {
    instanceOf: ConnectError,
    message: 'pacemaker1: no node can be reached, and only the nodes can resolve their host names',
  })
})
