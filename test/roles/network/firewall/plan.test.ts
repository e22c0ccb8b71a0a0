import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { insertLine, withRules } from '../../../../roles/network/firewall/nftables-conf.js'
import { openingDifferences, planOpening } from '../../../../roles/network/firewall/plan.js'
import { flowResults, neededFlows } from '../../../../runner/cluster/firewall/flows.js'
import type { NodeFirewall } from '../../../../runner/cluster/firewall/state.js'
import { parseIptables } from '../../../../runner/facts/firewall/iptables.js'
import { parseNft } from '../../../../runner/facts/firewall/nft.js'
import type { Firewall } from '../../../../runner/facts/firewall/read.js'
import { declaredCluster } from '../../../cluster/firewall/cluster.js'

const text = (name: string, file: string) => readFileSync(join('test', 'cases', 'firewall', name, file), 'utf8')
const nft = (name: string) => parseNft(text(name, 'nft.json'), text(name, 'nft.txt'))

/** node1's packet filter, judged for a cluster of two nodes that serves a page. */
function nodeFirewall(found: Pick<Firewall, 'chains'> & Partial<Firewall>): NodeFirewall {
  const firewall = {
    nftTables: [],
    ufw: false,
    firewalld: false,
    unreadable: [],
    interfaces: new Map([['192.168.0.1', 'eth0']]),
    ...found,
  }
  const cluster = declaredCluster({})
  const needed = cluster.nodes.slice(0, 1).flatMap(node => neededFlows(node, cluster, undefined))
  return {
    firewall,
    results: flowResults(firewall.chains, needed, firewall),
    bootResults: flowResults(firewall.bootChains ?? [], needed, firewall),
    isRunning: false,
  }
}

const ufw = nodeFirewall({ chains: parseIptables(text('ufw', 'iptables.txt')), ufw: true })
const services = { chains: nft('services'), nftTables: ['inet filter'] }
const rules = [
  'inet filter input ip saddr 192.168.0.2 udp dport 5405 accept',
  'inet filter input ip daddr 192.168.0.10 tcp dport 80 accept',
]

test('ufw: its own rules, from the other node only, and the page from anywhere', t => {
  const plan = planOpening(ufw)
  t.deepEqual(plan, {
    ufw: ['allow proto udp from 192.168.0.2 to any port 5405', 'allow proto tcp from any to 192.168.0.10 port 80'],
    nft: [],
    nftAtBoot: [],
    remarks: [],
  })
  t.deepEqual(
    openingDifferences(plan).map(({ subject }) => subject),
    ['ufw allow proto udp from 192.168.0.2 to any port 5405', 'ufw allow proto tcp from any to 192.168.0.10 port 80'],
  )
})

test('nftables: in the chain that drops, now and at boot', t => {
  const plan = planOpening(nodeFirewall({ ...services, bootChains: services.chains }))
  t.deepEqual(plan, { ufw: [], nft: rules, nftAtBoot: rules, remarks: [] })
  // Opened by hand until the next boot.
  t.deepEqual(planOpening(nodeFirewall({ chains: [], bootChains: services.chains })).nftAtBoot, rules)
})

test('nothing to open, nothing to change', t => {
  t.deepEqual(planOpening(nodeFirewall({ chains: [] })), { ufw: [], nft: [], nftAtBoot: [], remarks: [] })
})

test('refused, with the commands: rules that systemd does not load at boot, and those of iptables and firewalld', t => {
  const refused = (found: Parameters<typeof nodeFirewall>[0]) => planOpening(nodeFirewall(found)).refused ?? ''
  t.regex(
    refused(services),
    /depends on `reject with .*` in chain input of table inet filter\. By hand: `nft insert rule inet filter input ip saddr 192\.168\.0\.2 udp dport 5405 accept`/,
  )
  t.regex(
    refused({ chains: parseIptables('*filter\n:INPUT DROP [0:0]\nCOMMIT\n') }),
    /`iptables -t filter -I INPUT -s 192\.168\.0\.2 -p udp/,
  )
  t.regex(
    refused({ chains: nft('like-firewalld'), nftTables: ['inet firewalld'], firewalld: true }),
    /`firewall-cmd --permanent --add-port=5405\/udp`/,
  )
})

test('refused: a rule that an admin has added to ufw would come first', t => {
  const denied = text('ufw', 'iptables.txt').replace(
    '-A ufw-user-input -p tcp',
    '-A ufw-user-input -p udp -m udp --dport 5405 -j DROP\n-A ufw-user-input -p tcp',
  )
  const plan = planOpening(nodeFirewall({ chains: parseIptables(denied), ufw: true }))
  t.regex(
    plan.refused ?? '',
    /dropped by a rule that somebody has added to ufw: `-A ufw-user-input -p udp -m udp --dport 5405 -j DROP`/,
  )
})

test('/etc/nftables.conf: the rules are added at its end, once, and the rest stays', t => {
  const conf = '#!/usr/sbin/nft -f\nflush ruleset\ninclude "/etc/nftables.d/*.nft"'
  const [first = '', second = ''] = rules
  const once = withRules(conf, [first])
  t.true(once.startsWith(`${conf}\n\n# Rules of ha-run`))
  t.true(once.includes(`\n${insertLine(first)}\n`))
  t.is(withRules(once, [first]), once)
  const both = withRules(`${once}# more by an admin\n`, [second])
  t.true(both.includes(`${insertLine(first)}\n${insertLine(second)}\n`))
  t.true(both.endsWith('# more by an admin\n'))
  t.is(both.split('# Rules of ha-run').length, 2)
})
