import test from 'ava'
import { parseKnetStats } from '../../../roles/verify/knet-stats.js'

/** The counters of node 1 in a cluster of two nodes, without most of those that are not read. */
const printed = `stats.knet.node1.link0.connected (u8) = 1
stats.knet.node1.link0.down_count (u32) = 0
stats.knet.node1.link0.enabled (u8) = 1
stats.knet.node1.link0.latency_min (u32) = 4294967295
stats.knet.node1.link0.rx_total_packets (u64) = 0
stats.knet.node1.link0.tx_total_packets (u64) = 3067
stats.knet.node2.link0.connected (u8) = 1
stats.knet.node2.link0.down_count (u32) = 3
stats.knet.node2.link0.enabled (u8) = 1
stats.knet.node2.link0.rx_total_packets (u64) = 18446744073709551615
stats.knet.node2.link0.tx_total_packets (u64) = 10818
stats.knet.node2.link1.connected (u8) = 0
stats.knet.node2.link1.down_count (u32) = 1
stats.knet.node2.link1.enabled (u8) = 0
stats.knet.node2.link1.rx_total_packets (u64) = 0
stats.knet.node2.link1.tx_total_packets (u64) = 0
`

test('each link to each node, with 64-bit counters', t => {
  t.deepEqual(parseKnetStats(printed), [
    { nodeId: 1, link: 0, enabled: true, connected: true, downs: 0, received: 0n, sent: 3067n },
    { nodeId: 2, link: 0, enabled: true, connected: true, downs: 3, received: 18446744073709551615n, sent: 10818n },
    { nodeId: 2, link: 1, enabled: false, connected: false, downs: 1, received: 0n, sent: 0n },
  ])
})

test('no links, and truncated output', t => {
  t.deepEqual(parseKnetStats(''), [])
  t.throws(() => parseKnetStats(printed.slice(0, 60)), { message: /not a line of corosync-cmapctl/ })
})
