import test from 'ava'
import {
  broadcastOf,
  canonicalAddress,
  familyOf,
  hexOfIPv6,
  isInNetwork,
  isLinkLocal,
  isLoopback,
  isSameAddress,
  mappedIPv4,
  networkOf,
  parseCidr,
  prefixOfNetmask,
  urlHost,
} from '../runner/ip-address.js'

test('an address with its prefix', t => {
  t.deepEqual(parseCidr('10.0.0.1/8'), { address: '10.0.0.1', prefix: 8 })
  t.deepEqual(parseCidr('10.0.0.1'), { address: '10.0.0.1' })
  for (const text of [
    '10.0.0.1/33',
    '10.0.0.1/',
    '10.0.0.1/8/8',
    '10.0.0.1/24\r',
    '"10.0.0.1/24"',
    '192.168.0.256',
    '192.168.0',
    '1.2.3.4.5',
    'fd00::1',
    '1.2.3.4\r',
    '',
    '192.168.000.001',
    '0x7f.1',
    '10.1',
  ])
    t.is(parseCidr(text), undefined, text)
})

test('a netmask, or a prefix in its place', t => {
  const masks = ['255.255.255.0', '255.255.254.0', '0.0.0.0', '255.255.255.255', '24', '33', '255.0.255.0', 'x', '']
  t.deepEqual(
    masks.map(mask => prefixOfNetmask(mask)),
    [24, 23, 0, 32, 24, undefined, undefined, undefined, undefined],
  )
})

test('the ends of a network', t => {
  t.is(networkOf('192.168.5.77', 22), '192.168.4.0')
  t.is(broadcastOf('192.168.5.77', 22), '192.168.7.255')
  t.is(networkOf('10.0.0.1', 32), '10.0.0.1')
  t.is(networkOf('203.0.113.9', 0), '0.0.0.0')
})

test('an IPv6 address as the kernel prints it, and as programs take it', t => {
  t.is(canonicalAddress('FD00:1:0:0::0010'), 'fd00:1::10')
  t.is(canonicalAddress('192.168.0.10'), '192.168.0.10')
  t.is(canonicalAddress('node1'), 'node1')
  t.is(hexOfIPv6('fd00:1::10'), 'fd000001000000000000000000000010')
  t.is(urlHost('fd00::1'), '[fd00::1]')
  t.is(urlHost('192.168.0.10'), '192.168.0.10')
  t.is(networkOf('fd00:1::10', 64), 'fd00:1::')
  t.deepEqual(
    ['192.168.0.1', 'fd00::1', 'fe80::1%eth0', 'node1', '1.2.3'].map(text => familyOf(text)),
    [4, 6, undefined, undefined, undefined],
  )
})

test('an IPv6 address with its prefix, which is none of every interface', t => {
  t.deepEqual(parseCidr('FD00:1:0::1/64', 6), { address: 'fd00:1::1', prefix: 64 })
  t.deepEqual(parseCidr('fd00::1', 6), { address: 'fd00::1' })
  for (const text of ['fe80::1/64', 'fd00::1/129', '192.168.0.1/24', 'fd00::1%eth0/64', 'fd00::1/64/64', ''])
    t.is(parseCidr(text, 6), undefined, text)
  t.is(prefixOfNetmask('64', 6), 64)
  t.is(prefixOfNetmask('255.255.255.0', 6), undefined)
})

test('kinds of addresses, of both families', t => {
  t.true(['127.0.0.1', '127.0.1.1', '::1'].every(isLoopback))
  t.false(['192.168.0.1', '::2', 'localhost'].some(isLoopback))
  t.true(['fe80::1', 'FEBF::1'].every(isLinkLocal))
  t.false(['fec0::1', '169.254.0.1', 'fe80::1%eth0'].some(isLinkLocal))
  t.true(isInNetwork('FD00:1:0::9', 'fd00:1::1', 64))
  t.false(isInNetwork('fd00:2::9', 'fd00:1::1', 64))
  t.false(isInNetwork('192.168.0.1', '::', 0), 'of another family')
  t.is(mappedIPv4('::ffff:c0a8:1'), '192.168.0.1')
})

test('the same address in several spellings', t => {
  t.true(isSameAddress('FD00:1:0::1', 'fd00:1::1'))
  t.true(isSameAddress('node1', 'node1'))
  t.false(isSameAddress('fd00:1::1', 'fd00:1::2'))
  t.false(isSameAddress(undefined, undefined))
})
