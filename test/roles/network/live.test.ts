import test from 'ava'
import { addressesOf, gatewayOf, interfaceOf, liveOf } from '../../../roles/network/live.js'

const addresses = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 192.168.0.1/24 brd 192.168.0.255 scope global noprefixroute eth0\\       valid_lft forever preferred_lft forever
2: eth0    inet 192.168.0.10/24 brd 192.168.0.255 scope global secondary eth0:vip\\       valid_lft forever preferred_lft forever
3: host0@if7    inet 10.0.0.5/8 scope global dynamic host0\\       valid_lft 3000sec preferred_lft 3000sec
4: tun0    inet 10.8.0.2 peer 10.8.0.1/32 scope global tun0\\       valid_lft forever preferred_lft forever
`
const routes = `default via 10.0.0.254 dev host0 proto dhcp src 10.0.0.5 metric 1024
default via 192.168.0.253 dev eth0 proto dhcp src 192.168.0.1 metric 1002
default via 192.168.0.254 dev eth0 onlink
default dev tun0 scope link
`

test('addresses, with labels, veth peers and point to point', t => {
  t.deepEqual(addressesOf(addresses), [
    { interface: 'lo', address: '127.0.0.1', prefix: 8, isSecondary: false, isDynamic: false },
    { interface: 'eth0', address: '192.168.0.1', prefix: 24, isSecondary: false, isDynamic: false },
    { interface: 'eth0', address: '192.168.0.10', prefix: 24, isSecondary: true, isDynamic: false },
    { interface: 'host0', address: '10.0.0.5', prefix: 8, isSecondary: false, isDynamic: true },
    { interface: 'tun0', address: '10.8.0.2', prefix: 32, isSecondary: false, isDynamic: false },
  ])
  t.deepEqual(addressesOf(''), [])
})

test('the interface that has an address', t => {
  t.is(interfaceOf(addresses, '192.168.0.10'), 'eth0')
  t.is(interfaceOf(addresses, '10.0.0.5'), 'host0')
  t.is(interfaceOf(addresses, '192.168.0.100'), undefined)
})

test('the default gateway, of one interface or of any', t => {
  t.is(gatewayOf(routes, '10.0.0.1'), '192.168.0.254')
  t.is(gatewayOf(routes, '10.0.0.1', 'host0'), '10.0.0.254')
  t.is(gatewayOf(routes, '10.0.0.1', 'tun0'), undefined)
  t.is(gatewayOf('', '10.0.0.1'), undefined)
})

test('of several addresses: the declared one, the connected one, or the first that is not secondary', t => {
  const of = (declared: string, connectedTo?: string) =>
    liveOf({ addresses, routes }, 'eth0', { declared, connectedTo }).address
  t.is(of('192.168.0.10'), '192.168.0.10')
  t.is(of('192.168.0.3', '192.168.0.10'), '192.168.0.10')
  t.is(of('192.168.0.3'), '192.168.0.1')
  const nothing = { interface: 'eth1', address: undefined, prefix: undefined, gateway: undefined }
  t.deepEqual(liveOf({ addresses: '', routes: '' }, 'eth1', { declared: '192.168.0.3' }), nothing)
})

const ipv6 = `2: eth0    inet 192.168.0.1/24 brd 192.168.0.255 scope global eth0\\       valid_lft forever preferred_lft forever
2: eth0    inet6 2001:db8::5054:ff:fe12:3456/64 scope global dynamic mngtmpaddr \\       valid_lft 86390sec preferred_lft 14390sec
2: eth0    inet6 fd00:1::10/64 scope global \\       valid_lft forever preferred_lft forever
2: eth0    inet6 fd00:1::1/64 scope global \\       valid_lft forever preferred_lft forever
2: eth0    inet6 fe80::5054:ff:fe12:3456/64 scope link \\       valid_lft forever preferred_lft forever
3: eth1    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth1\\       valid_lft forever preferred_lft forever
3: eth1    inet6 2001:db8:1::7/64 scope global dynamic \\       valid_lft 86390sec preferred_lft 14390sec
`
const ipv6Routes = `default via 192.168.0.254 dev eth0 onlink
default via fe80::1 dev eth0 proto ra metric 1024 expires 1790sec hoplimit 64 pref medium
default via fd00:1::fe dev eth0 metric 100 pref medium
`

test('IPv6: neither link-local addresses nor those of routers nor floating IPs are the own one', t => {
  const of = (declared: string, more: { connectedTo?: string; floating?: string[] } = {}) =>
    liveOf({ addresses: ipv6, routes: ipv6Routes }, 'eth0', { declared, ...more })
  t.deepEqual(of('fd00:1::1'), { interface: 'eth0', address: 'fd00:1::1', prefix: 64, gateway: 'fd00:1::fe' })
  t.is(of('fd00:1::3', { floating: ['fd00:1::10'] }).address, 'fd00:1::1')
  t.is(of('fd00:1::3').address, 'fd00:1::10', 'the kernel lists a later address first')
  t.is(of('2001:db8::5054:ff:fe12:3456').prefix, 64, 'declared after all')
  t.is(of('192.168.0.7').gateway, '192.168.0.254')
  t.is(interfaceOf(ipv6, 'FD00:1:0::1'), 'eth0')
})

test('without an address of the family, the node is reached over another one, which stays', t => {
  const of = (declared: string, connectedTo?: string) =>
    liveOf({ addresses: ipv6, routes: ipv6Routes }, 'eth1', { declared, connectedTo })
  t.deepEqual(of('fd00:1::1'), {
    interface: 'eth1',
    address: undefined,
    prefix: undefined,
    gateway: undefined,
    beside: { address: '10.0.0.1', prefix: 24 },
  })
  t.deepEqual(of('fd00:1::1', '2001:db8:1::7').beside, { address: '2001:db8:1::7', prefix: 64 })
})
