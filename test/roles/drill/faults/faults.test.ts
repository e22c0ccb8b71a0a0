import test from 'ava'
import { ports } from '../../../../roles/drill/faults/cut.js'
import { faults } from '../../../../roles/drill/faults/index.js'
import type { Recovery } from '../../../../roles/drill/faults/fault.js'
import {
  daemons,
  faultNames,
  faultText,
  splitsBrain,
  type Daemon,
  type FaultName,
} from '../../../../roles/drill/settings.js'
import { clusterOf } from '../../corosync/cluster.js'

const cluster = clusterOf()
const target = (daemon: Daemon = 'corosync') => ({ cluster, node: 'node1', daemon })

/** Fault, daemon, whether it needs --allow-split-brain, recovery, whether the node takes part in it, and what its script must contain. */
const table: [FaultName, Daemon, boolean, Recovery, boolean, RegExp][] = [
  ['standby', 'corosync', false, 'elsewhere', true, /ha-run-drained .*\n.*-n standby .*-v on/],
  ['stop', 'corosync', false, 'elsewhere', true, /^systemctl stop corosync\.service$/],
  ['reboot', 'corosync', false, 'elsewhere', true, /^systemctl reboot$/],
  [
    'cut',
    'corosync',
    true,
    'elsewhere',
    false,
    /hook input .* udp dport \{ 5405 \} drop;[^]*hook output .* udp dport \{ 5405 \} drop;/,
  ],
  ['freeze', 'corosync', true, 'elsewhere', false, /kill -s STOP corosync\.service pacemaker\.service/],
  ['kill', 'corosync', true, 'anywhere', false, /-P MainPID corosync\.service[^]*kill -KILL "\$pid"$/],
  ['kill', 'pacemakerd', false, 'unnoticed', true, /-P MainPID pacemaker\.service[^]*kill -KILL "\$pid"$/],
  ['kill', 'apache2', false, 'anywhere', true, /<\/run\/apache2\/apache2\.pid[^]*--ppid "\$pid"/],
]

for (const [name, daemon, splits, recovery, takesPart, script] of table) {
  test(faultText({ fault: name, daemon }), t => {
    const fault = faults[name]
    t.is(splitsBrain({ fault: name, daemon }), splits)
    t.is(fault.recovery(target(daemon)), recovery)
    t.is(fault.takesPart(target(daemon)), takesPart)
    t.regex(fault.injectScript(target(daemon)), script)
    // No process is chosen by a pattern of its name.
    for (const text of [fault.injectScript(target(daemon)), fault.undoScript(target(daemon))])
      t.notRegex(text, /pkill|killall|pgrep/)
    t.not(fault.undoScript(target(daemon)), '')
  })
}

test('the table covers every fault and every daemon', t => {
  t.deepEqual([...new Set(table.map(([name]) => name))].toSorted(), [...faultNames].toSorted())
  t.deepEqual(
    table.filter(([name]) => name === 'kill').map(([, daemon]) => daemon),
    [...daemons],
  )
})

test('the UDP ports of the ring', t => {
  const links = (count: number) =>
    cluster.nodes.map(node => ({ ...node, links: Array.from({ length: count }, (_, at) => `10.0.${at}.1`) }))
  t.deepEqual(ports({ nodes: links(1), corosync: cluster.corosync }), [5405])
  t.deepEqual(ports({ nodes: links(3), corosync: cluster.corosync }), [5405, 5406, 5407])
  t.deepEqual(ports({ nodes: links(1), corosync: { ...cluster.corosync, transport: 'udpu' } }), [5404, 5405])
})
