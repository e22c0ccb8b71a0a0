import test from 'ava'
import { ifupdown } from '../../../roles/network/managers/ifupdown.js'
import { planAddressing, type AddressingState } from '../../../roles/network/plan.js'

const facts: AddressingState = {
  declared: { address: '192.168.0.1', prefix: 24, gateway: '192.168.0.254', dns: ['1.1.1.1', '8.8.8.8'] },
  live: { interface: 'eth0', address: '192.168.0.1', prefix: 24, gateway: '192.168.0.254' },
  file: { address: '192.168.0.1', prefix: 24, gateway: '192.168.0.254', dns: ['1.1.1.1', '8.8.8.8'] },
  reapplyCommand: ifupdown(4).reapplyCommand('eth0'),
  path: '/etc/network/interfaces',
  isMember: false,
  outage: false,
  apart: [],
}

test('no differences', t => {
  t.deepEqual(planAddressing(facts), { differences: [], pending: [] })
})

test('the file has another addressing', t => {
  t.deepEqual(planAddressing({ ...facts, file: { address: '192.168.0.9', prefix: 16, dns: ['9.9.9.9'] } }), {
    differences: [
      { subject: 'address of eth0 in /etc/network/interfaces', from: '192.168.0.9/16', to: '192.168.0.1/24' },
      { subject: 'gateway of eth0 in /etc/network/interfaces', from: undefined, to: '192.168.0.254' },
      { subject: 'DNS servers of eth0 in /etc/network/interfaces', from: '9.9.9.9', to: '1.1.1.1 8.8.8.8' },
    ],
    pending: [],
  })
})

test('what is not declared makes no difference', t => {
  const declared = { address: '192.168.0.1', prefix: 24, dns: [] }
  const file = { address: '192.168.0.1', prefix: 24, gateway: '192.168.0.7', dns: ['9.9.9.9'] }
  const live = { ...facts.live, gateway: '192.168.0.7' }
  t.deepEqual(planAddressing({ ...facts, declared, file, live }), { differences: [], pending: [] })
})

const moved: AddressingState = {
  ...facts,
  live: { ...facts.live, address: '192.168.0.9' },
  file: { ...facts.file, address: '192.168.0.9' },
}
const change = { from: { address: '192.168.0.9', prefix: 24 }, to: { address: '192.168.0.1', prefix: 24 } }
const armed = 'armed: the node undoes it after 90 s unless it is confirmed over a new connection to 192.168.0.1'

test('a change of the connected address is armed', t => {
  t.deepEqual(planAddressing(moved), {
    differences: [
      { subject: 'address of eth0 in /etc/network/interfaces', from: '192.168.0.9/24', to: '192.168.0.1/24' },
      { subject: 'address of eth0', from: '192.168.0.9/24', to: '192.168.0.1/24', note: armed },
    ],
    change,
    pending: [],
  })
})

test('what the file keeps and names the former address is in the plan', t => {
  const [first, ...others] = planAddressing({ ...moved, staleLines: ['up ip rule add from 192.168.0.9'] }).differences
  t.is(first?.note, 'stays, check it: up ip rule add from 192.168.0.9')
  t.deepEqual(
    others.map(({ note }) => note),
    [armed],
  )
})

test('while Corosync uses the address it is refused, unless an outage is allowed', t => {
  t.is(
    planAddressing({ ...moved, isMember: true }).refused,
    'eth0 has 192.168.0.9/24 and 192.168.0.1/24 is declared: that would change the address over which ha-run is connected, while ' +
      'Corosync uses it. Run again with --allow-outage: pacemaker and corosync are stopped on this node first, and start again once ' +
      'corosync.conf has the new address on all nodes. If 192.168.0.9 is right, declare that one.',
  )
  const allowed = planAddressing({ ...moved, isMember: true, outage: true })
  t.is(allowed.refused, undefined)
  t.is(allowed.differences.at(-1)!.note, `pacemaker and corosync are stopped there first; ${armed}`)
})

test('refused if the file already has the new address: the former one could not be restored', t => {
  t.is(
    planAddressing({ ...moved, file: facts.file }).refused,
    'eth0 has 192.168.0.9/24 and 192.168.0.1/24 is declared, which is already in /etc/network/interfaces: if the new address did not ' +
      'answer, the former one could not be restored. Reboot the node, or put 192.168.0.9/24 back into ' +
      "/etc/network/interfaces and run again. By hand, on the node's console: `ifdown eth0; ifup eth0`.",
  )
})

test('an interface without an address gets it at the next boot', t => {
  t.is(planAddressing({ ...facts, live: { ...facts.live, address: undefined, prefix: undefined } }).change, undefined)
})

test('an address for another interface than the connected one is refused', t => {
  const plan = planAddressing({ ...facts, declared: { ...facts.declared, interface: 'eth1' } })
  t.is(
    plan.refused,
    'ha-run is connected over eth0 (192.168.0.1), but 192.168.0.1/24 is declared for eth1. Give eth1 that address by ' +
      'hand, or correct `interface` in the inventory.',
  )
})

test('what takes effect at the next boot is pending', t => {
  const how = 'it takes effect at the next boot, or with `ifdown eth0; ifup eth0` (which may remove a floating IP)'
  const live = { interface: 'eth0', address: '192.168.0.1', prefix: 16, gateway: undefined }
  t.deepEqual(planAddressing({ ...facts, live }).pending, [
    `eth0 has prefix /16, /24 is declared: ${how}`,
    `eth0 has no gateway, 192.168.0.254 is declared: ${how}`,
  ])
  t.deepEqual(planAddressing({ ...facts, live: { ...live, address: undefined, gateway: '192.168.0.254' } }).pending, [
    `eth0 has no IPv4 address yet, 192.168.0.1/24 is declared: ${how}`,
  ])
})

test('a file that is split off from a shared one is named, if anything is to be written', t => {
  const path = '/etc/systemd/network/10-eth0.network'
  const splitFrom = '/etc/systemd/network/20-wired.network'
  t.deepEqual(planAddressing({ ...facts, path, splitFrom, file: {} }).differences[0], {
    subject: path,
    from: undefined,
    to: `split off from ${splitFrom} for eth0 alone`,
    note: `${splitFrom} may be for other interfaces too, and stays as it is`,
  })
  t.deepEqual(planAddressing({ ...facts, path, splitFrom }).differences, [])
})

test('settings that keep the addressing from the interface are differences', t => {
  const faults = [{ setting: 'interface-name', to: 'eth0' }]
  t.deepEqual(planAddressing({ ...facts, path: '/x', file: { ...facts.file, faults } }).differences, [
    { subject: 'interface-name in /x', from: undefined, to: 'eth0' },
  ])
})

const ipv6: AddressingState = {
  ...facts,
  declared: { address: 'fd00:1::1', prefix: 64, dns: [] },
  live: {
    interface: 'eth0',
    address: undefined,
    prefix: undefined,
    gateway: undefined,
    beside: { address: '192.168.0.1', prefix: 24 },
  },
  file: {},
}

test('a node without an address of the family gets it beside the one over which it is reached, by an armed change', t => {
  const plan = planAddressing(ipv6)
  t.deepEqual(plan.change, {
    from: { address: '192.168.0.1', prefix: 24 },
    stays: true,
    to: { address: 'fd00:1::1', prefix: 64 },
  })
  t.deepEqual(plan.differences.at(-1), {
    subject: 'address of eth0',
    from: undefined,
    to: 'fd00:1::1/64',
    note: 'beside 192.168.0.1/24; armed: the node undoes it after 90 s unless it is confirmed over a new connection to fd00:1::1',
  })
  t.deepEqual(plan.pending, [])
})

test('but not on a node of a running cluster, nor if the file has the address: it takes effect at the next boot', t => {
  for (const state of [
    { ...ipv6, isMember: true },
    { ...ipv6, file: { address: 'fd00:1::1', prefix: 64 } },
  ]) {
    const plan = planAddressing(state)
    t.is(plan.change, undefined)
    t.regex(
      plan.pending.join(),
      /^eth0 has no IPv6 address yet, fd00:1::1\/64 is declared: it takes effect at the next boot/,
    )
  }
})
