import { readFileSync } from 'node:fs'
import test from 'ava'
import { firewallGuard } from '../../../../roles/network/firewall/guard.js'
import type { Cmap } from '../../../../runner/cluster/corosync/cmap.js'
import { parseIptables } from '../../../../runner/facts/firewall/iptables.js'
import type { Firewall } from '../../../../runner/facts/firewall/read.js'
import { Warn } from '../../../../runner/tasks/task.js'
import { declaredCluster } from '../../../cluster/firewall/cluster.js'
import { scopeOf } from '../../corosync/cluster.js'

const none: Firewall = {
  chains: [],
  nftTables: [],
  ufw: false,
  firewalld: false,
  unreadable: [],
  interfaces: new Map(),
}
const ufw: Firewall = {
  ...none,
  chains: parseIptables(readFileSync('test/cases/firewall/ufw/iptables.txt', 'utf8')),
  ufw: true,
}
const running: Cmap = new Map([['totem.cluster_name', { type: 'str', value: 'pacemaker1' }]])

const check = async (firewalls: Firewall[], cmap?: Cmap) => {
  const cluster = declaredCluster({})
  const scope = scopeOf(
    Object.fromEntries(
      cluster.nodes.map(({ name }, at) => [name, { 'packet filter': firewalls[at], 'corosync-cmapctl': cmap }]),
    ),
  )
  for (const [at, node] of cluster.nodes.entries()) Object.assign(scope.members[at]?.node ?? {}, node)
  return firewallGuard(cluster).check(scope)
}

test('bare nodes: a rule that drops stops the run, with the rule and the commands', async t => {
  const error = await t.throwsAsync(check([none, ufw]), {
    message:
      "node2: TCP 80 (the page) from node1 is dropped: `policy drop` in chain INPUT of table ip filter (ufw); node2: UDP 5405 from node1 passes only as an answer to the node's own packets: `policy drop` in chain INPUT of table ip filter (ufw) drops it otherwise",
  })
  t.regex(
    String((error as Error & { hint?: string }).hint),
    /firewall: open.*by hand, on node2: `ufw allow proto udp from 192\.168\.0\.1 to any port 5405`, `ufw allow proto tcp from any to 192\.168\.0\.10 port 80`$/,
  )
})

test('a cluster that runs: a warning, so that the run repairs the rest', async t => {
  const finding = await check([none, ufw], running)
  t.true(finding instanceof Warn && finding.reason.startsWith('node2: TCP 80 (the page) from node1 is dropped'))
})

test('nothing is dropped', async t => {
  t.deepEqual(await check([none, none]), [])
})
