import test from 'ava'
import type { Cluster, Node } from '../../../runner/cluster/declaration/declaration.js'
import { flowResults, flowSentences, neededFlows, type NeededFlow } from '../../../runner/cluster/firewall/flows.js'
import { remedies } from '../../../runner/cluster/firewall/remedies.js'
import { parseCmap } from '../../../runner/cluster/corosync/cmap.js'
import { parseIptables } from '../../../runner/facts/firewall/iptables.js'
import { declaredCluster } from './cluster.js'

const flowsOf = (cluster: Cluster, cmap?: string) =>
  neededFlows(cluster.nodes[0] as Node, cluster, cmap === undefined ? undefined : parseCmap(cmap)).map(
    ({ label, from, to }) => `${label}: ${from} > ${to}`,
  )

test("each link has a port of its own, and the page is Apache's", t => {
  t.deepEqual(flowsOf(declaredCluster({ link1: ['10.0.0.1', '10.0.0.2'] })), [
    'UDP 5405 from node2: 192.168.0.2 > 192.168.0.1',
    'UDP 5405 to node2: 192.168.0.1 > 192.168.0.2',
    'UDP 5406 from node2: 10.0.0.2 > 10.0.0.1',
    'UDP 5406 to node2: 10.0.0.1 > 10.0.0.2',
    'TCP 80 (the page) from node2: 192.168.0.2 > 192.168.0.10',
  ])
})

test('a declared port counts, and the one that runs counts more', t => {
  const cluster = declaredCluster({ interface: [{ mcastport: '5415' }], servesPage: false })
  t.deepEqual(flowsOf(cluster), [
    'UDP 5415 from node2: 192.168.0.2 > 192.168.0.1',
    'UDP 5415 to node2: 192.168.0.1 > 192.168.0.2',
  ])
  t.regex(flowsOf(cluster, 'totem.interface.0.mcastport (u16) = 5425\ntotem.transport (str) = udpu\n')[0]!, /UDP 5425/)
})

test('every other node is a sender, and SCTP is not judged', t => {
  t.is(flowsOf(declaredCluster({ nodes: 3, servesPage: false })).length, 4)
  t.deepEqual(
    flowsOf(declaredCluster({ interface: [{ linknumber: '0', knet_transport: 'sctp' }], servesPage: false })),
    [],
  )
})

/** iptables with a policy and rules of INPUT, and a policy of OUTPUT. */
const rules = (input: string[], policy = 'DROP', output = 'ACCEPT') =>
  parseIptables(
    `*filter\n:INPUT ${policy} [0:0]\n:OUTPUT ${output} [0:0]\n${input.map(rule => `-A INPUT ${rule}\n`).join('')}COMMIT\n`,
  )

const node1 = (cluster: Cluster): NeededFlow[] => neededFlows(cluster.nodes[0] as Node, cluster, undefined)
const verdicts = (chains: ReturnType<typeof rules>, cluster = declaredCluster({ servesPage: false })) =>
  flowResults(chains, node1(cluster), { interfaces: new Map([['192.168.0.1', 'eth0']]) }).map(({ verdict }) => verdict)

const established = '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'

test("knet's packets pass as answers, if the filter tracks connections and lets the node's own packets out", t => {
  t.deepEqual(verdicts(rules([established])), ['answers', 'passes'])
  t.deepEqual(verdicts(rules([])), ['dropped', 'passes'])
  t.deepEqual(verdicts(rules([established], 'DROP', 'DROP')), ['dropped', 'dropped'])
  t.deepEqual(verdicts(rules([established, '-s 192.168.0.2/32 -p udp --dport 5405 -j ACCEPT'])), ['passes', 'passes'])
})

test("udpu's packets have another source port, and requests for the page are no answers", t => {
  t.deepEqual(verdicts(rules([established]), declaredCluster({ transport: 'udpu', servesPage: false })), [
    'dropped',
    'passes',
  ])
  t.deepEqual(verdicts(rules([established]), declaredCluster({})), ['answers', 'passes', 'dropped'])
})

test('the interface of the link counts', t => {
  t.deepEqual(verdicts(rules(['-i eth0 -p udp -j ACCEPT'])), ['passes', 'passes'])
  t.deepEqual(verdicts(rules(['-i eth1 -p udp -j ACCEPT'])), ['dropped', 'passes'])
  t.deepEqual(verdicts(rules(['-i eth+ -p udp -j ACCEPT'])), ['passes', 'passes'])
})

test('IPv6: the rules of its own family count, and the commands are for it', t => {
  const cluster = declaredCluster({ link1: ['fd00:2::1', 'fd00:2::2'], servesPage: false })
  const text = '*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n'
  const ofIPv4 = flowResults(parseIptables(text), node1(cluster), { interfaces: new Map() })
  t.deepEqual(
    ofIPv4.map(({ verdict }) => verdict),
    ['dropped', 'passes', 'passes', 'passes'],
  )
  const chains = parseIptables(text, 6)
  const dropped = flowResults(chains, node1(cluster), { interfaces: new Map() }).filter(
    ({ verdict }) => verdict === 'dropped',
  )
  const firewall = { chains, nftTables: [], ufw: false, firewalld: false, unreadable: [], interfaces: new Map() }
  t.deepEqual(remedies(dropped, firewall), ['ip6tables -t filter -I INPUT -s fd00:2::2 -p udp --dport 5406 -j ACCEPT'])
  t.deepEqual(remedies(dropped, { ...firewall, ufw: true }), ['ufw allow proto udp from fd00:2::2 to any port 5406'])
  t.deepEqual(remedies(dropped, { ...firewall, nftTables: ['ip6 filter'] }), [
    'nft insert rule ip6 filter INPUT ip6 saddr fd00:2::2 udp dport 5406 accept',
  ])
  t.regex(flowSentences(dropped, 'dropped', { ufw: true })[0]!, /table ip6 filter \(ufw\)$/)
})

test('sentences name the rule once, and the commands of the tool that has it', t => {
  const cluster = declaredCluster({ nodes: 3 })
  const chains = rules(['-s 192.168.0.0/24 -p udp -j REJECT'], 'ACCEPT')
  const results = flowResults(chains, node1(cluster), { interfaces: new Map() })
  t.deepEqual(flowSentences(results, 'dropped', { ufw: false }), [
    'UDP 5405 from node2, UDP 5405 from node3 is dropped: `-A INPUT -s 192.168.0.0/24 -p udp -j REJECT` in chain INPUT of table ip filter',
  ])
  const dropped = results.filter(({ verdict }) => verdict === 'dropped')
  const firewall = {
    chains,
    nftTables: [],
    ufw: false,
    firewalld: false,
    unreadable: [],
    interfaces: new Map<string, string>(),
  }
  t.deepEqual(remedies(dropped, firewall), [
    'iptables -t filter -I INPUT -s 192.168.0.2 -p udp --dport 5405 -j ACCEPT',
    'iptables -t filter -I INPUT -s 192.168.0.3 -p udp --dport 5405 -j ACCEPT',
  ])
  t.deepEqual(remedies(dropped, { ...firewall, ufw: true }), [
    'ufw allow proto udp from 192.168.0.2 to any port 5405',
    'ufw allow proto udp from 192.168.0.3 to any port 5405',
  ])
})
