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
    { interface: 'lo', address: '127.0.0.1', prefix: 8, isSecondary: false },
    { interface: 'eth0', address: '192.168.0.1', prefix: 24, isSecondary: false },
    { interface: 'eth0', address: '192.168.0.10', prefix: 24, isSecondary: true },
    { interface: 'host0', address: '10.0.0.5', prefix: 8, isSecondary: false },
    { interface: 'tun0', address: '10.8.0.2', prefix: 32, isSecondary: false },
  ])
  t.deepEqual(addressesOf(''), [])
})

test('the interface that has an address', t => {
  t.is(interfaceOf(addresses, '192.168.0.10'), 'eth0')
  t.is(interfaceOf(addresses, '10.0.0.5'), 'host0')
  t.is(interfaceOf(addresses, '192.168.0.100'), undefined)
})

test('the default gateway, of one interface or of any', t => {
  t.is(gatewayOf(routes), '192.168.0.254')
  t.is(gatewayOf(routes, 'host0'), '10.0.0.254')
  t.is(gatewayOf(routes, 'tun0'), undefined)
  t.is(gatewayOf(''), undefined)
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
