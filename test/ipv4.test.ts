import test from 'ava'
import { broadcastOf, networkOf, parseCidr, prefixOfNetmask } from '../runner/ipv4.js'

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
  t.deepEqual(masks.map(prefixOfNetmask), [24, 23, 0, 32, 24, undefined, undefined, undefined, undefined])
})

test('the ends of a network', t => {
  t.is(networkOf('192.168.5.77', 22), '192.168.4.0')
  t.is(broadcastOf('192.168.5.77', 22), '192.168.7.255')
  t.is(networkOf('10.0.0.1', 32), '10.0.0.1')
  t.is(networkOf('203.0.113.9', 0), '0.0.0.0')
})
