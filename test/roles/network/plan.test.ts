import test from 'ava'
import { ifupdown } from '../../../roles/network/ifupdown.js'
import { networkDifferences, type NetworkFacts } from '../../../roles/network/plan.js'

const facts: NetworkFacts = {
  declared: { address: '192.168.0.1', prefix: 24, gateway: '192.168.0.254', dns: ['1.1.1.1', '8.8.8.8'] },
  live: { interface: 'eth0', address: '192.168.0.1', prefix: 24, gateway: '192.168.0.254' },
  file: { address: '192.168.0.1', prefix: 24, gateway: '192.168.0.254', dns: ['1.1.1.1', '8.8.8.8'] },
  manager: ifupdown,
  path: '/etc/network/interfaces',
  isMember: false,
  outage: false, apart: [],
}

test('nothing to do', (t) => {
  t.deepEqual(networkDifferences(facts), { differences: [], pending: [] })
})

test('the file says something else', (t) => {
  t.deepEqual(networkDifferences({ ...facts, file: { address: '192.168.0.9', prefix: 16, dns: ['9.9.9.9'] } }), {
    differences: [
      { subject: 'address of eth0 in /etc/network/interfaces', from: '192.168.0.9/16', to: '192.168.0.1/24' },
      { subject: 'gateway of eth0 in /etc/network/interfaces', from: undefined, to: '192.168.0.254' },
      { subject: 'DNS servers of eth0 in /etc/network/interfaces', from: '9.9.9.9', to: '1.1.1.1 8.8.8.8' },
    ],
    pending: [],
  })
})

test('what is not declared makes no difference', (t) => {
  const declared = { address: '192.168.0.1', prefix: 24, dns: [] }
  const file = { address: '192.168.0.1', prefix: 24, gateway: '192.168.0.7', dns: ['9.9.9.9'] }
  const live = { ...facts.live, gateway: '192.168.0.7' }
  t.deepEqual(networkDifferences({ ...facts, declared, file, live }), { differences: [], pending: [] })
})

const moved: NetworkFacts = { ...facts, live: { ...facts.live, address: '192.168.0.9' }, file: { ...facts.file, address: '192.168.0.9' } }
const move = { from: { address: '192.168.0.9', prefix: 24 }, to: { address: '192.168.0.1', prefix: 24 } }
const armed = 'armed: the node undoes it after 90 s unless it is confirmed over a fresh connection to 192.168.0.1'

test('a change of the address we talk to is armed', (t) => {
  t.deepEqual(networkDifferences(moved), {
    differences: [
      { subject: 'address of eth0 in /etc/network/interfaces', from: '192.168.0.9/24', to: '192.168.0.1/24' },
      { subject: 'address of eth0', from: '192.168.0.9/24', to: '192.168.0.1/24', note: armed },
    ],
    move,
    pending: [],
  })
})

test('under a running Corosync it is refused, unless an outage is allowed', (t) => {
  t.is(
    networkDifferences({ ...moved, isMember: true }).refused,
    'eth0 has 192.168.0.9/24 and 192.168.0.1/24 is declared: that would move the address that ha-run is talking to, under ' +
      'a Corosync that runs with it. Run again with --allow-outage: pacemaker and corosync are stopped on this node ' +
      "first, and stay so until all nodes' corosync.conf has the new address. If 192.168.0.9 is right, declare that one.",
  )
  const allowed = networkDifferences({ ...moved, isMember: true, outage: true })
  t.is(allowed.refused, undefined)
  t.is(allowed.differences.at(-1)!.note, `pacemaker and corosync are stopped there first; ${armed}`)
})

test('where the file says the new address already, there is nothing to go back to', (t) => {
  t.is(
    networkDifferences({ ...moved, file: facts.file }).refused,
    'eth0 has 192.168.0.9/24 and 192.168.0.1/24 is declared, which /etc/network/interfaces says already: there would be ' +
      'nothing to go back to if it did not answer. Reboot the node, or put 192.168.0.9/24 back into ' +
      "/etc/network/interfaces and run again. By hand, on the node's console: `ifdown eth0; ifup eth0`.",
  )
})

test('without an address of its own, the interface waits for the next boot', (t) => {
  t.is(networkDifferences({ ...facts, live: { ...facts.live, address: undefined, prefix: undefined } }).move, undefined)
})

test('an address for another interface than the one we talk over is refused', (t) => {
  const plan = networkDifferences({ ...facts, declared: { ...facts.declared, interface: 'eth1' } })
  t.is(
    plan.refused,
    'The node is reached over eth0 (192.168.0.1), but 192.168.0.1/24 is declared for eth1. Give eth1 that address by ' +
      'hand, or correct `interface` in the inventory.',
  )
})

test('what only the next boot brings is pending', (t) => {
  const how = 'it takes effect at the next boot, or with `ifdown eth0; ifup eth0` (which may drop a floating IP on it)'
  const live = { interface: 'eth0', address: '192.168.0.1', prefix: 16, gateway: undefined }
  t.deepEqual(networkDifferences({ ...facts, live }).pending, [
    `eth0 runs with prefix /16, /24 is declared: ${how}`,
    `eth0 runs with no gateway, 192.168.0.254 is declared: ${how}`,
  ])
  t.deepEqual(networkDifferences({ ...facts, live: { ...live, address: undefined, gateway: '192.168.0.254' } }).pending, [
    `eth0 has no IPv4 address yet, 192.168.0.1/24 is declared: ${how}`,
  ])
})
