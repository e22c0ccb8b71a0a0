import test from 'ava'
import { ports } from '../../../roles/drill/faults/cut.js'
import { faults } from '../../../roles/drill/faults/index.js'
import type { End } from '../../../roles/drill/faults/way.js'
import { daemons, hows, howText, splitsBrain, type Daemon, type How } from '../../../runner/cluster/drill.js'
import { clusterOf } from '../corosync/cluster.js'

const cluster = clusterOf()
const target = (daemon: Daemon = 'corosync') => ({ cluster, node: 'node1', daemon })

/** Fault, whether it needs --allow-split-brain, when it is over, whether the node's own journal counts, and what its fault must hold. */
const table: [How, Daemon, boolean, End, boolean, RegExp][] = [
  ['standby', 'corosync', false, 'elsewhere', true, /ha-run-drained .*\n.*-n standby .*-v on/],
  ['stop', 'corosync', false, 'elsewhere', true, /^systemctl stop corosync\.service$/],
  ['reboot', 'corosync', false, 'elsewhere', true, /^systemctl reboot$/],
  ['cut', 'corosync', true, 'elsewhere', false, /hook input .* udp dport \{ 5405 \} drop;[^]*hook output .* udp dport \{ 5405 \} drop;/],
  ['freeze', 'corosync', true, 'elsewhere', false, /kill -s STOP corosync\.service pacemaker\.service/],
  ['kill', 'corosync', true, 'anywhere', false, /-P MainPID corosync\.service[^]*kill -KILL "\$pid"$/],
  ['kill', 'pacemakerd', false, 'unnoticed', true, /-P MainPID pacemaker\.service[^]*kill -KILL "\$pid"$/],
  ['kill', 'apache2', false, 'anywhere', true, /<\/run\/apache2\/apache2\.pid[^]*--ppid "\$pid"/],
]

for (const [how, daemon, splits, end, takesPart, fault] of table) {
  test(howText({ how, daemon }), t => {
    const way = faults[how]
    t.is(splitsBrain({ how, daemon }), splits)
    t.is(way.end(target(daemon)), end)
    t.is(way.takesPart(target(daemon)), takesPart)
    t.regex(way.fault(target(daemon)), fault)
    // Rule: never by a name's pattern.
    for (const script of [way.fault(target(daemon)), way.undo(target(daemon))]) t.notRegex(script, /pkill|killall|pgrep/)
    t.not(way.undo(target(daemon)), '')
  })
}

test('the table has all there is', t => {
  t.deepEqual([...new Set(table.map(([how]) => how))].toSorted(), [...hows].toSorted())
  t.deepEqual(table.filter(([how]) => how === 'kill').map(([, daemon]) => daemon), [...daemons])
})

test('the ports of the ring', t => {
  const links = (count: number) => cluster.nodes.map(node => ({ ...node, links: Array.from({ length: count }, (_, at) => `10.0.${at}.1`) }))
  t.deepEqual(ports({ nodes: links(1), corosync: cluster.corosync }), [5405])
  t.deepEqual(ports({ nodes: links(3), corosync: cluster.corosync }), [5405, 5406, 5407])
  t.deepEqual(ports({ nodes: links(1), corosync: { ...cluster.corosync, transport: 'udpu' } }), [5404, 5405])
})
