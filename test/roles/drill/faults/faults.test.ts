import test from 'ava'
import { ports } from '../../../../roles/drill/faults/cut.js'
import { faults } from '../../../../roles/drill/faults/index.js'
import type { Recovery, Target } from '../../../../roles/drill/faults/fault.js'
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
const target = (daemon: Daemon = 'corosync'): Target => ({
  cluster,
  node: 'node1',
  daemon,
  run: 'root@admin since 2026-11-29T12:00:00.000Z (run 1f2e3d4c)',
  device: { id: 'plug1', address: '192.168.0.201' },
  arbiter: { host: 'arbiter', port: 5403 },
})
const fenced = (daemon: Daemon): Target => ({ ...target(daemon), fencing: { action: 'reboot' } })

/**
 * Fault, daemon, whether it needs --allow-split-brain, recovery without and with fencing, whether the node takes part in it, and
 * what its script must contain.
 */
const table: [FaultName, Daemon, boolean, Recovery, Recovery, boolean, RegExp][] = [
  ['standby', 'corosync', false, 'elsewhere', 'elsewhere', true, /ha-run-drained .*\n.*-n standby .*-v Yes/],
  ['stop', 'corosync', false, 'elsewhere', 'elsewhere', true, /^systemctl stop corosync\.service$/],
  ['reboot', 'corosync', false, 'elsewhere', 'elsewhere', true, /^systemctl reboot$/],
  [
    'cut',
    'corosync',
    true,
    'elsewhere',
    'fenced',
    false,
    /hook input .* udp dport \{ 5405 \} drop;[^]*hook output .* udp dport \{ 5405 \} drop;/,
  ],
  ['freeze', 'corosync', true, 'elsewhere', 'fenced', false, /kill -s STOP corosync\.service pacemaker\.service/],
  ['kill', 'corosync', true, 'anywhere', 'anywhere', false, /-P MainPID corosync\.service[^]*kill -KILL "\$pid"$/],
  ['kill', 'pacemakerd', false, 'unnoticed', 'unnoticed', true, /-P MainPID pacemaker\.service[^]*kill -KILL "\$pid"$/],
  ['kill', 'apache2', false, 'anywhere', 'anywhere', true, /<\/run\/apache2\/apache2\.pid[^]*--ppid "\$pid"/],
  ['fence', 'corosync', false, 'fenced', 'fenced', false, /^stonith_admin --reboot node1$/],
  ['plug', 'corosync', false, 'fenced-or-held', 'fenced-or-held', false, /kill -s STOP corosync\.service/],
  ['arbiter', 'corosync', false, 'vote-lost', 'vote-lost', true, /^:$/],
]

for (const [name, daemon, splits, recovery, withFencing, takesPart, script] of table) {
  test(faultText({ fault: name, daemon }), t => {
    const fault = faults[name]
    t.is(splitsBrain({ fault: name, daemon }), splits)
    t.is(fault.recovery(target(daemon)), recovery)
    t.is(fault.recovery(fenced(daemon)), withFencing)
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

test('in a cut, both sides may fence: the node itself shows what happens', t => {
  t.true(faults.cut.takesPart(fenced('corosync')))
  t.deepEqual(
    faultNames.filter(name => faults[name].isRace),
    ['cut'],
  )
})

test('packets to a device are dropped on every node, but not those of open connections', t => {
  const script = faults.plug.everywhere!.injectScript(target())
  t.regex(script, /getent ahosts 192\.168\.0\.201/)
  t.regex(
    script,
    /daddr \$\{address\} tcp flags & \(syn \| ack\) == syn drop\n.*daddr \$\{address\} meta l4proto != tcp drop/,
  )
  t.regex(script, /hook output/)
  t.notRegex(script, /hook input/)
})

test('packets to the arbiter are dropped on every node, at the port of its daemon', t => {
  const script = faults.arbiter.everywhere!.injectScript(target())
  t.regex(script, /getent ahosts arbiter/)
  t.regex(script, /daddr \$\{address\} tcp dport 5403 drop/)
})
